/* attention.c: causal self-attention. inp has query, key and value of each position side by side; att keeps the probabilities. */
#include "attention.h"

#include <math.h>

void attention(double *out, double *preatt, double *att, const double *inp, int B, int T, int C, int NH)
{
    int C3 = C * 3, hs = C / NH;
    double scale = 1.0 / sqrt(hs);
    for (int b = 0; b < B; b++) {
        for (int t = 0; t < T; t++) {
            for (int h = 0; h < NH; h++) {
                const double *query = inp + b * T * C3 + t * C3 + h * hs;
                double *pre = preatt + b * NH * T * T + h * T * T + t * T;
                double *prob = att + b * NH * T * T + h * T * T + t * T;
                double top = -10000.0, sum = 0;
                for (int s = 0; s <= t; s++) {
                    const double *key = inp + b * T * C3 + s * C3 + h * hs + C;
                    double v = 0;
                    for (int i = 0; i < hs; i++)
                        v += query[i] * key[i];
                    v *= scale;
                    if (v > top)
                        top = v;
                    pre[s] = v;
                }
                for (int s = 0; s <= t; s++) {
                    double e = exp(pre[s] - top);
                    sum += e;
                    prob[s] = e;
                }
                double inverse = 0;
                if (sum != 0)
                    inverse = 1 / sum;
                for (int s = 0; s < T; s++) {
                    if (s <= t)
                        prob[s] *= inverse;
                    else
                        prob[s] = 0;
                }
                double *o = out + b * T * C + t * C + h * hs;
                for (int i = 0; i < hs; i++)
                    o[i] = 0;
                for (int s = 0; s <= t; s++) {
                    const double *value = inp + b * T * C3 + s * C3 + h * hs + 2 * C;
                    for (int i = 0; i < hs; i++)
                        o[i] += prob[s] * value[i];
                }
            }
        }
    }
}
