/* peaks.c: a spectrum of Gaussian peaks on a sloping background; counts follow Poisson's law. */
#include "peaks.h"

#include <adgen.h>
#include <math.h>

double spectrum(const double *p, double x)
{
    double s = p[3 * PEAKS] + p[3 * PEAKS + 1] * x;
    for (int k = 0; k < PEAKS; k++) {
        double z = (x - p[3 * k + 1]) * exp(-p[3 * k + 2]);
        s += p[3 * k] * exp(-0.5 * z * z);
    }
    return s;
}

AD_GRAD(p)
double poisson_loss(AD_LEN(PEAK_PARAMETERS) const double *p, AD_LEN(n) const double *x, AD_LEN(n) const double *count, int n)
{
    double loss = 0;
    for (int i = 0; i < n; i++) {
        double s = spectrum(p, x[i]);
        if (s < 1e-3) /* no negative counts: a wall that still slopes */
            s = 1e-3 * exp(s / 1e-3 - 1);
        loss += s - count[i] * log(s);
    }
    return loss;
}
