#include "lstm.h"
#include "lstm_grad.h"

#include "bench.h"

typedef struct {
    struct lstm_size size;
    double *weights, *io, *state, *sequence, *d_weights, *d_io;
} Data;

static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    int layers = p->size.layers = size[0], units = p->size.units = size[1], steps = p->size.steps = size[2];
    p->weights = bench_array(b, BENCH_IN, (size_t)8 * layers * units, 0.5, &p->d_weights);
    p->io = bench_array(b, BENCH_IN, (size_t)3 * units, 0.5, &p->d_io);
    p->state = bench_data(b, (size_t)2 * layers * units, 0.5);
    p->sequence = bench_data(b, (size_t)steps * units, 0);
    for (int t = 0; t < steps; t++)
        p->sequence[t * units + (t * t + t / 3) % units] = 1;
    return p;
}

#define ARGUMENTS p->size, p->weights, p->io, p->state, p->sequence
BENCH_CALL(primal, (lstm_loss(ARGUMENTS)))
BENCH_DERIVATIVES(lstm_loss_grad, lstm_loss_limit, (ARGUMENTS, p->d_weights, p->d_io))

const BenchCase bench_lstm[] = {
    {"LSTM 2 layers 1024 steps", make, primal, BENCH_GRADIENTS, {2, 14, 1024}, {2, 14, 128}},
    {"LSTM 4 layers 1024 steps", make, primal, BENCH_GRADIENTS, {4, 14, 1024}, {4, 14, 128}},
    {NULL},
};
