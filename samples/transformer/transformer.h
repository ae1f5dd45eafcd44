#ifndef TRANSFORMER_H
#define TRANSFORMER_H

typedef struct {
    int vocab, channels, layers, heads, max_time;
} Config;

/* Every pointer is the start of all layers' rows, one after another. */
typedef struct {
    float *token;       /* vocab, C: the embedding, also the last layer's weight */
    float *position;    /* max_time, C */
    float *norm1_scale; /* L, C */
    float *norm1_shift; /* L, C */
    float *qkv_weight;  /* L, 3C, C */
    float *qkv_bias;    /* L, 3C */
    float *att_weight;  /* L, C, C */
    float *att_bias;    /* L, C */
    float *norm2_scale; /* L, C */
    float *norm2_shift; /* L, C */
    float *up_weight;   /* L, 4C, C */
    float *up_bias;     /* L, 4C; NULL: none */
    float *down_weight; /* L, C, 4C */
    float *down_bias;   /* L, C; NULL: none */
    float *norm_scale;  /* C */
    float *norm_shift;  /* C */
} Weights;

/* Mean cross-entropy of the targets, B sequences of T tokens. */
float transformer_loss(Config cfg, const Weights *w, const int *tokens, const int *targets, int B, int T);

#endif
