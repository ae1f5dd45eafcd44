// check: --sparse --set n=6
// Sparse matrices with respect to globals, and through recursion.
#include <adgen.h>
#include <math.h>

double gain = 1.5;
double out[3];

AD_JACOBIAN(x, gain -> y, out)
double scan(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        y[i] = i % 2 ? x[i] * x[(i + 1) % n] : gain;
        if (i < 3)
            out[i] = sin(x[i]);
        s += x[i / 2];
    }
    return s;
}

static double pairs(const double *x, double by, int n)
{
    if (n < 2)
        return n ? by * x[0] : 0;
    return x[0] * x[1] * by + pairs(x + 2, by, n - 2);
}

AD_HESSIAN(x, gain)
double halves(AD_LEN(n) const double *x, int n)
{
    return pairs(x, gain, n) + x[0];
}

static void walk(const double *x, double *y, int i, int n)
{
    if (i >= n)
        return;
    y[i] = x[i] * x[i] + (i > 0 ? y[i - 1] : 0);
    walk(x, y, 2 * i + 1, n);
    walk(x, y, 2 * i + 2, n);
    y[i] *= 0.5;
}

AD_JACOBIAN(x -> y)
void tree(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = 1;
    walk(x, y, 0, n);
}
