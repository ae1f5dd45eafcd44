/* The transformer's gradient against differences and tangent, with and without the optional biases. */
#include "transformer.h"
#include "transformer_grad.h"

#define CHECK_FLOAT
#include "check.h"

enum { B = 2, T = 6, FIELDS = sizeof(Weights) / sizeof(float *) };
static const Config cfg = {11, 8, 2, 2, 8};

typedef struct {
    Weights w;
    int tokens[B * T], targets[B * T];
} Problem;

static double objective(void *ctx)
{
    Problem *p = ctx;
    return transformer_loss(cfg, &p->w, p->tokens, p->targets, B, T);
}

/* The struct as an array of its pointers, so that the checks can walk them. */
static float **field(Weights *w, int i)
{
    return (float **)(void *)w + i;
}

static void run(int with_biases, double scale)
{
    size_t C = (size_t)cfg.channels, L = (size_t)cfg.layers;
    const struct {
        const char *name;
        size_t n;
        double around; /* scales are about 1, everything else about 0 */
    } shape[FIELDS] = {
        {"token", (size_t)cfg.vocab * C, 0},
        {"position", (size_t)cfg.max_time * C, 0},
        {"norm1_scale", L * C, 1},
        {"norm1_shift", L * C, 0},
        {"qkv_weight", L * 3 * C * C, 0},
        {"qkv_bias", L * 3 * C, 0},
        {"att_weight", L * C * C, 0},
        {"att_bias", L * C, 0},
        {"norm2_scale", L * C, 1},
        {"norm2_shift", L * C, 0},
        {"up_weight", L * 4 * C * C, 0},
        {"up_bias", with_biases ? L * 4 * C : 0, 0},
        {"down_weight", L * 4 * C * C, 0},
        {"down_bias", with_biases ? L * C : 0, 0},
        {"norm_scale", C, 1},
        {"norm_shift", C, 0},
    };
    Problem p;
    Weights d, v;
    CheckVar var[FIELDS];
    int nvars = 0;
    for (int i = 0; i < FIELDS; i++) {
        *field(&p.w, i) = *field(&d, i) = *field(&v, i) = NULL;
        if (shape[i].n == 0)
            continue;
        float *x = check_alloc(shape[i].n, sizeof *x);
        for (size_t k = 0; k < shape[i].n; k++)
            x[k] = (float)(shape[i].around + scale * check_normal());
        var[nvars] = check_var(shape[i].name, x, shape[i].n);
        *field(&p.w, i) = x;
        *field(&d, i) = var[nvars].d;
        *field(&v, i) = var[nvars++].v;
    }
    for (int i = 0; i < B * T; i++) {
        p.tokens[i] = (i * i + 3) % cfg.vocab;
        p.targets[i] = ((i + 1) * (i + 1) + 3) % cfg.vocab;
    }
    float value = transformer_loss_grad(cfg, &p.w, p.tokens, p.targets, B, T, &d), tangent;
    printf("%s optional biases: value %.9g\n", with_biases ? "with" : "without", value);
    check_number("value that the gradient returns", value, objective(&p), 0);
    if (scale == 0) {
        check_number("all weights zero: log of the vocabulary", value, log(cfg.vocab), 1e-6);
    } else {
        check_gradient(var, nvars, objective, &p);
        transformer_loss_jvp(cfg, &p.w, p.tokens, p.targets, B, T, &v, &tangent);
        check_tangent(var, nvars, tangent);
    }
    check_free(var, nvars);
    for (int i = 0; i < nvars; i++)
        free(var[i].x);
}

int main(void)
{
    run(1, 0);
    run(1, 0.3);
    run(0, 0.3);
    return check_status();
}
