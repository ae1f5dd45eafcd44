/* transformer.c: a decoder-only transformer's loss, layer by layer as plain loops. */
#include "transformer.h"

#include <adgen.h>
#include <assert.h>
#include <math.h>
#include <stdlib.h>

static void embed(float *out, const int *tokens, const float *token, const float *position, int B, int T, int C)
{
    for (int b = 0; b < B; b++)
        for (int t = 0; t < T; t++) {
            float *o = out + (b * T + t) * C;
            const float *e = token + tokens[b * T + t] * C;
            const float *p = position + t * C;
            for (int c = 0; c < C; c++)
                o[c] = e[c] + p[c];
        }
}

static void layernorm(float *out, const float *in, const float *scale, const float *shift, int rows, int C)
{
    const float eps = 1e-5f;
    for (int r = 0; r < rows; r++) {
        const float *x = in + r * C;
        float mean = 0.0f, var = 0.0f;
        for (int c = 0; c < C; c++)
            mean += x[c];
        mean /= C;
        for (int c = 0; c < C; c++) {
            float d = x[c] - mean;
            var += d * d;
        }
        var /= C;
        float s = 1.0f / sqrtf(var + eps);
        for (int c = 0; c < C; c++)
            out[r * C + c] = (x[c] - mean) * s * scale[c] + shift[c];
    }
}

/* out[r][o] = bias[o] + sum_c in[r][c] weight[o][c]; bias may be NULL. */
static void matmul(float *out, const float *in, const float *weight, const float *bias, int rows, int C, int OC)
{
    for (int r = 0; r < rows; r++)
        for (int o = 0; o < OC; o++) {
            float v = bias != NULL ? bias[o] : 0.0f;
            for (int c = 0; c < C; c++)
                v += in[r * C + c] * weight[o * C + c];
            out[r * OC + o] = v;
        }
}

/* Causal self-attention; qkv has the three vectors of each position side by side. `att` is scratch for one row of scores. */
static void attention(float *out, float *att, const float *qkv, int B, int T, int C, int heads)
{
    int size = C / heads;
    float scale = 1.0f / sqrtf((float)size);
    for (int b = 0; b < B; b++)
        for (int t = 0; t < T; t++)
            for (int h = 0; h < heads; h++) {
                const float *query = qkv + (b * T + t) * 3 * C + h * size;
                float top = -1e30f;
                for (int s = 0; s <= t; s++) {
                    const float *key = qkv + (b * T + s) * 3 * C + h * size + C;
                    float v = 0.0f;
                    for (int i = 0; i < size; i++)
                        v += query[i] * key[i];
                    v *= scale;
                    if (v > top)
                        top = v;
                    att[s] = v;
                }
                float sum = 0.0f;
                for (int s = 0; s <= t; s++) {
                    att[s] = expf(att[s] - top);
                    sum += att[s];
                }
                float *o = out + (b * T + t) * C + h * size;
                for (int i = 0; i < size; i++)
                    o[i] = 0.0f;
                for (int s = 0; s <= t; s++) {
                    const float *value = qkv + (b * T + s) * 3 * C + h * size + 2 * C;
                    for (int i = 0; i < size; i++)
                        o[i] += att[s] / sum * value[i];
                }
            }
}

/* The tanh form of GELU, in place. */
static void gelu(float *x, int n)
{
    const float k = 0.7978845608f; /* sqrt(2 / pi) */
    for (int i = 0; i < n; i++) {
        float v = x[i];
        x[i] = 0.5f * v * (1.0f + tanhf(k * (v + 0.044715f * v * v * v)));
    }
}

static void residual(float *x, const float *y, int n)
{
    for (int i = 0; i < n; i++)
        x[i] += y[i];
}

/* Mean over rows of -log softmax(logits)[target]. */
static float cross_entropy(const float *logits, const int *targets, int rows, int V)
{
    float total = 0.0f;
    for (int r = 0; r < rows; r++) {
        const float *l = logits + r * V;
        float top = l[0];
        for (int i = 1; i < V; i++)
            if (l[i] > top)
                top = l[i];
        float sum = 0.0f;
        for (int i = 0; i < V; i++)
            sum += expf(l[i] - top);
        total += logf(sum) + top - l[targets[r]];
    }
    return total / rows;
}

/* The buffers of one pass: all in one allocation. */
typedef struct {
    float *x, *norm, *qkv, *mix, *up, *att, *logits, *memory;
} Buffers;

static int buffers_alloc(Buffers *b, const Config *cfg, int B, int T)
{
    size_t rows = (size_t)B * T, C = cfg->channels;
    b->memory = malloc((rows * (10 * C + cfg->vocab) + T) * sizeof(float));
    if (!b->memory)
        return -1;
    b->x = b->memory;
    b->norm = b->x + rows * C;
    b->mix = b->norm + rows * C;
    b->qkv = b->mix + rows * C;
    b->up = b->qkv + rows * 3 * C;
    b->logits = b->up + rows * 4 * C;
    b->att = b->logits + rows * cfg->vocab;
    return 0;
}

static void block(const Config *cfg, const Weights *w, int l, Buffers *b, int B, int T)
{
    int C = cfg->channels, rows = B * T;
    layernorm(b->norm, b->x, w->norm1_scale + l * C, w->norm1_shift + l * C, rows, C);
    matmul(b->qkv, b->norm, w->qkv_weight + l * 3 * C * C, w->qkv_bias + l * 3 * C, rows, C, 3 * C);
    attention(b->mix, b->att, b->qkv, B, T, C, cfg->heads);
    matmul(b->norm, b->mix, w->att_weight + l * C * C, w->att_bias + l * C, rows, C, C);
    residual(b->x, b->norm, rows * C);
    layernorm(b->norm, b->x, w->norm2_scale + l * C, w->norm2_shift + l * C, rows, C);
    matmul(b->up, b->norm, w->up_weight + l * 4 * C * C, w->up_bias ? w->up_bias + l * 4 * C : NULL, rows, C, 4 * C);
    gelu(b->up, rows * 4 * C);
    matmul(b->mix, b->up, w->down_weight + l * C * 4 * C, w->down_bias ? w->down_bias + l * C : NULL, rows, 4 * C, C);
    residual(b->x, b->mix, rows * C);
}

AD_GRAD(w)
AD_JVP(w)
float transformer_loss(Config cfg, const Weights *w, AD_LEN(B *T) const int *tokens, AD_LEN(B *T) const int *targets, int B, int T)
{
    Buffers b;
    assert(T <= cfg.max_time && cfg.channels % cfg.heads == 0);
    if (buffers_alloc(&b, &cfg, B, T) != 0)
        return NAN;
    embed(b.x, tokens, w->token, w->position, B, T, cfg.channels);
    for (int l = 0; l < cfg.layers; l++)
        block(&cfg, w, l, &b, B, T);
    layernorm(b.norm, b.x, w->norm_scale, w->norm_shift, B * T, cfg.channels);
    matmul(b.logits, b.norm, w->token, NULL, B * T, cfg.channels, cfg.vocab);
    float loss = cross_entropy(b.logits, targets, B * T, cfg.vocab);
    free(b.memory);
    return loss;
}
