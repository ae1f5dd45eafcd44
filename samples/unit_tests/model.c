/* model.c: what the tests are about. */
#include "model.h"

#include <adgen.h>
#include <math.h>

AD_GRAD(w)
double network_loss(AD_LEN(3 * HIDDEN + 1) const double *w, AD_LEN(n) const double *x, AD_LEN(n) const double *y, int n)
{
    double loss = 0;
    for (int i = 0; i < n; i++) {
        double out = w[3 * HIDDEN];
        for (int k = 0; k < HIDDEN; k++)
            out += w[2 * HIDDEN + k] * tanh(w[k] * x[i] + w[HIDDEN + k]);
        loss += (out - y[i]) * (out - y[i]);
    }
    return loss / n;
}

AD_VJP(score -> p)
AD_JVP(score -> p)
void soft_choice(AD_LEN(n) const double *score, AD_LEN(n) double *p, int n, double temperature)
{
    double sum = 0, most = score[0];
    for (int i = 1; i < n; i++)
        most = fmax(most, score[i]);
    for (int i = 0; i < n; i++) {
        p[i] = exp((score[i] - most) / temperature);
        sum += p[i];
    }
    for (int i = 0; i < n; i++)
        p[i] /= sum;
}
