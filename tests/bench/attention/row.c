#include "attention.h"
#include "attention_grad.h"

#include "bench.h"

typedef struct {
    int B, T, C, NH;
    double *out, *preatt, *att, *inp, *d_out, *d_preatt, *d_att, *d_inp;
} Data;

static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    int B = p->B = size[0], T = p->T = size[1], C = p->C = size[2], NH = p->NH = size[3];
    p->inp = bench_array(b, BENCH_IN, (size_t)3 * B * T * C, 1, &p->d_inp);
    p->out = bench_array(b, BENCH_OUT, (size_t)B * T * C, 0, &p->d_out);
    p->preatt = bench_data(b, (size_t)B * NH * T * T, 0);
    p->att = bench_data(b, (size_t)B * NH * T * T, 0);
    p->d_preatt = bench_data(b, (size_t)B * NH * T * T, 0);
    p->d_att = bench_data(b, (size_t)B * NH * T * T, 0);
    return p;
}

#define ARGUMENTS p->out, p->preatt, p->att, p->inp, p->B, p->T, p->C, p->NH
BENCH_CALL(primal, (attention(ARGUMENTS), 0))
BENCH_VOID_DERIVATIVES(attention_vjp, attention_limit, (ARGUMENTS, p->d_out, p->d_preatt, p->d_att, p->d_inp))

const BenchCase bench_attention[] = {
    {"causal attention B4 T64 C256", make, primal, BENCH_GRADIENTS, {4, 64, 256, 8}, {1, 64, 64, 2}},
    {NULL},
};
