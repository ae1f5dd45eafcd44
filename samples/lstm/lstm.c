/* lstm.c: how well a stack of LSTM layers predicts each next symbol of a sequence: mean log-loss.
 *
 * Cells with element-wise weights: unit i of a layer sees unit i of the layer below and its own state.
 */
#include "lstm.h"

#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FORGET, INPUT, OUTPUT, CHANGE, GATES };

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

/* One layer, one step; hidden and cell are updated in place. */
static void cell_step(int units, const double *weight, const double *bias, const double *in, double *hidden, double *cell)
{
    for (int i = 0; i < units; i++) {
        double forget = sigmoid(in[i] * weight[FORGET * units + i] + bias[FORGET * units + i]);
        double input = sigmoid(hidden[i] * weight[INPUT * units + i] + bias[INPUT * units + i]);
        double output = sigmoid(in[i] * weight[OUTPUT * units + i] + bias[OUTPUT * units + i]);
        double change = tanh(hidden[i] * weight[CHANGE * units + i] + bias[CHANGE * units + i]);
        cell[i] = cell[i] * forget + input * change;
        hidden[i] = output * tanh(cell[i]);
    }
}

/* Runs all layers on one symbol and writes the scores of the next. */
static void predict(struct lstm_size s, const double *weights, const double *io, double *state, const double *symbol, double *score)
{
    int u = s.units;
    const double *in = score;
    for (int i = 0; i < u; i++)
        score[i] = symbol[i] * io[i];
    for (int l = 0; l < s.layers; l++) {
        const double *w = weights + l * 2 * GATES * u;
        double *hidden = state + l * 2 * u;
        cell_step(u, w, w + GATES * u, in, hidden, hidden + u);
        in = hidden;
    }
    for (int i = 0; i < u; i++)
        score[i] = in[i] * io[u + i] + io[2 * u + i];
}

/* sum_i target_i log softmax(score)_i */
static double log_likelihood(int n, const double *score, const double *target)
{
    double top = score[0];
    for (int i = 1; i < n; i++)
        top = fmax(top, score[i]);
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += exp(score[i] - top);
    double log_sum = top + log(sum), result = 0;
    for (int i = 0; i < n; i++)
        result += target[i] * (score[i] - log_sum);
    return result;
}

AD_GRAD(weights, io)
AD_JVP(weights, io)
double lstm_loss(struct lstm_size size, AD_LEN(8 * size.layers * size.units) const double *weights,
                 AD_LEN(3 * size.units) const double *io, AD_LEN(2 * size.layers * size.units) const double *state,
                 AD_LEN(size.steps *size.units) const double *sequence)
{
    size_t n = 2 * (size_t)size.layers * size.units;
    double *now = malloc(n * sizeof *now);
    double *score = malloc(size.units * sizeof *score);
    double total = 0;

    memcpy(now, state, n * sizeof *now);
    for (int t = 0; t + 1 < size.steps; t++) {
        const double *symbol = sequence + (size_t)t * size.units;
        predict(size, weights, io, now, symbol, score);
        total += log_likelihood(size.units, score, symbol + size.units);
    }
    free(now);
    free(score);
    return -total / (size.steps - 1);
}
