/* Attention's backward by hand: the stored probabilities are read; softmax's backward is d = p * (d - sum p d), linear in length. */
#include "attention.h"

#include <math.h>

void attention_limit(double *out, double *preatt, double *att, const double *inp, int B, int T, int C, int NH, double *d_out,
                     double *d_preatt, double *d_att, double *d_inp);

/* One head at one position. d_att and d_preatt come in as seeds (normally 0) and leave as 0. */
static void head(int t, int hs, int C, const double *prob, const double *query, const double *first, double *restrict d_o,
                 double *restrict d_pre, double *restrict d_prob, double *restrict d_query, double *restrict d_first)
{
    int C3 = 3 * C;
    double scale = 1.0 / sqrt(hs), along = 0;
    for (int s = 0; s <= t; s++) {
        const double *value = first + s * C3 + 2 * C;
        double *d_value = d_first + s * C3 + 2 * C, d = d_prob[s], p = prob[s];
        for (int i = 0; i < hs; i++) {
            d += value[i] * d_o[i];
            d_value[i] += p * d_o[i];
        }
        d_prob[s] = d;
        along += p * d;
    }
    for (int s = 0; s <= t; s++) {
        const double *key = first + s * C3 + C;
        double *d_key = d_first + s * C3 + C, d = (prob[s] * (d_prob[s] - along) + d_pre[s]) * scale;
        d_prob[s] = 0;
        d_pre[s] = 0;
        for (int i = 0; i < hs; i++) {
            d_query[i] += key[i] * d;
            d_key[i] += query[i] * d;
        }
    }
    for (int i = 0; i < hs; i++)
        d_o[i] = 0;
}

void attention_limit(double *out, double *preatt, double *att, const double *inp, int B, int T, int C, int NH, double *d_out,
                     double *d_preatt, double *d_att, double *d_inp)
{
    int C3 = C * 3, hs = C / NH;
    (void)out, (void)preatt;
    for (int b = 0; b < B; b++)
        for (int t = 0; t < T; t++)
            for (int h = 0; h < NH; h++) {
                int row = b * NH * T * T + h * T * T + t * T, at = b * T * C3 + h * hs;
                head(t, hs, C, att + row, inp + at + t * C3, inp + at, d_out + b * T * C + t * C + h * hs, d_preatt + row,
                     d_att + row, d_inp + at + t * C3, d_inp + at);
                for (int s = t + 1; s < T; s++)
                    d_att[row + s] = 0;
            }
}
