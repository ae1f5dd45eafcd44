#ifndef LSTM_H
#define LSTM_H

/* Sizes: layers, units in each (also the number of symbols), symbols in the sequence. */
struct lstm_size {
    int layers, units, steps;
};

/* weights: for each layer, four gates of `units` weights on what comes in and `units` biases: 8 * layers * units.
 * io: scale of the input, scale of the output, bias of the output: 3 * units.
 * state: hidden and cell values of each layer before the first step: 2 * layers * units.
 * sequence: steps * units, one row per symbol, one-hot or probabilities. */
double lstm_loss(struct lstm_size size, const double *weights, const double *io, const double *state, const double *sequence);

#endif
