/* The LSTM's gradient by hand: one forward sweep that leaves gates and states side by side, one reverse sweep without any call of
 * libm; tanh' = 1 - y*y, sigmoid' = y*(1 - y), and the log-likelihood's derivative is its softmax. */
#include "lstm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double lstm_loss_limit(struct lstm_size size, const double *weights, const double *io, const double *state, const double *sequence,
                       double *d_weights, double *d_io);

enum { FORGET, INPUT, OUTPUT, CHANGE, GATES };

/* What one unit leaves for its reversal. */
typedef struct {
    double in, hidden, cell, forget, input, output, change, squashed;
} Kept;

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static void cell_step(int u, const double *restrict w, const double *in, double *hidden, double *restrict cell, Kept *restrict kept)
{
    const double *restrict b = w + GATES * u;
    for (int i = 0; i < u; i++) {
        Kept k = {in[i], hidden[i], cell[i], 0, 0, 0, 0, 0};
        k.forget = sigmoid(k.in * w[FORGET * u + i] + b[FORGET * u + i]);
        k.input = sigmoid(k.hidden * w[INPUT * u + i] + b[INPUT * u + i]);
        k.output = sigmoid(k.in * w[OUTPUT * u + i] + b[OUTPUT * u + i]);
        k.change = tanh(k.hidden * w[CHANGE * u + i] + b[CHANGE * u + i]);
        cell[i] = k.cell * k.forget + k.input * k.change;
        k.squashed = tanh(cell[i]);
        hidden[i] = k.output * k.squashed;
        kept[i] = k;
    }
}

/* d_out: derivative of the hidden values that leave; becomes that of those that came in. d_in is added to. */
static void reverse_cell_step(int u, const double *restrict w, const Kept *restrict kept, double *restrict d_out,
                              double *restrict d_cell, double *restrict d_in, double *restrict d_w)
{
    double *restrict d_b = d_w + GATES * u;
    for (int i = 0; i < u; i++) {
        Kept k = kept[i];
        double d_c = d_cell[i] + d_out[i] * k.output * (1 - k.squashed * k.squashed);
        double d_forget = d_c * k.cell * k.forget * (1 - k.forget);
        double d_input = d_c * k.change * k.input * (1 - k.input);
        double d_output = d_out[i] * k.squashed * k.output * (1 - k.output);
        double d_change = d_c * k.input * (1 - k.change * k.change);
        d_cell[i] = d_c * k.forget;
        d_w[FORGET * u + i] += d_forget * k.in;
        d_w[INPUT * u + i] += d_input * k.hidden;
        d_w[OUTPUT * u + i] += d_output * k.in;
        d_w[CHANGE * u + i] += d_change * k.hidden;
        d_b[FORGET * u + i] += d_forget;
        d_b[INPUT * u + i] += d_input;
        d_b[OUTPUT * u + i] += d_output;
        d_b[CHANGE * u + i] += d_change;
        d_out[i] = d_input * w[INPUT * u + i] + d_change * w[CHANGE * u + i];
        d_in[i] += d_forget * w[FORGET * u + i] + d_output * w[OUTPUT * u + i];
    }
}

/* score becomes d/d score of the sum of target_i log softmax(score)_i, which is returned. */
static double log_likelihood(int n, double *restrict score, const double *restrict target)
{
    double top = score[0], sum = 0, result = 0, weight = 0;
    for (int i = 1; i < n; i++)
        top = score[i] > top ? score[i] : top;
    for (int i = 0; i < n; i++) {
        result += target[i] * (score[i] - top);
        weight += target[i];
        score[i] = exp(score[i] - top);
        sum += score[i];
    }
    double factor = weight / sum;
    for (int i = 0; i < n; i++)
        score[i] = target[i] - factor * score[i];
    return result - weight * log(sum);
}

double lstm_loss_limit(struct lstm_size size, const double *weights, const double *io, const double *state, const double *sequence,
                       double *d_weights, double *d_io)
{
    int u = size.units, layers = size.layers, steps = size.steps - 1;
    size_t n = 2 * (size_t)layers * u;
    Kept *kept = malloc((size_t)steps * layers * u * sizeof *kept);
    double *now = malloc((2 * n + 2 * u + (size_t)2 * steps * u) * sizeof *now), *d_now = now + n, *in = d_now + n, *d_in = in + u;
    double *d_score = d_in + u, *top = d_score + (size_t)steps * u, total = 0, seed = -1.0 / steps;

    memcpy(now, state, n * sizeof *now);
    memset(d_now, 0, n * sizeof *d_now);
    for (int t = 0; t < steps; t++) {
        const double *symbol = sequence + (size_t)t * u, *below = in;
        for (int i = 0; i < u; i++)
            in[i] = symbol[i] * io[i];
        for (int l = 0; l < layers; l++) {
            double *hidden = now + l * 2 * u;
            cell_step(u, weights + l * 2 * GATES * u, below, hidden, hidden + u, kept + ((size_t)t * layers + l) * u);
            below = hidden;
        }
        for (int i = 0; i < u; i++) {
            top[t * u + i] = below[i];
            d_score[t * u + i] = below[i] * io[u + i] + io[2 * u + i];
        }
        total += log_likelihood(u, d_score + t * u, symbol + u);
    }
    for (int t = steps - 1; t >= 0; t--) {
        const double *symbol = sequence + (size_t)t * u;
        double *d_top = layers > 0 ? d_now + (layers - 1) * 2 * u : d_in;
        memset(d_in, 0, u * sizeof *d_in);
        for (int i = 0; i < u; i++) {
            double d = seed * d_score[t * u + i];
            d_io[2 * u + i] += d;
            d_io[u + i] += d * top[t * u + i];
            d_top[i] += d * io[u + i];
        }
        for (int l = layers - 1; l >= 0; l--) {
            double *d_hidden = d_now + l * 2 * u;
            reverse_cell_step(u, weights + l * 2 * GATES * u, kept + ((size_t)t * layers + l) * u, d_hidden, d_hidden + u,
                              l > 0 ? d_hidden - 2 * u : d_in, d_weights + l * 2 * GATES * u);
        }
        for (int i = 0; i < u; i++)
            d_io[i] += d_in[i] * symbol[i];
    }
    free(kept);
    free(now);
    return seed * total;
}
