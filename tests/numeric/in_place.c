// check: --set n=6
// construct: pointers and arrays: updates in place
#include <adgen.h>
#include <math.h>

AD_VJP()
void square_all(AD_LEN(n) double *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] *= x[i];
}

AD_VJP()
void prefix(AD_LEN(n) double *x, int n)
{
    for (int i = 1; i < n; i++)
        x[i] = x[i] * x[i - 1] + sin(x[i]);
}

AD_VJP()
void smooth(AD_LEN(n) double *x, int n)
{
    for (int sweep = 0; sweep < 3; sweep++)
        for (int i = 1; i < n - 1; i++)
            x[i] = 0.25 * x[i - 1] + 0.5 * x[i] * x[i] + 0.25 * x[i + 1];
}

/* x is an independent and not a dependent, but overwritten: d_x is added to. */
AD_GRAD(x)
double destroys(AD_LEN(n) double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        x[i] = exp(x[i]) * 0.5;
        s += x[i] * x[(i + 1) % n];
    }
    for (int i = 0; i < n; i++)
        x[i] = 0;
    return s;
}

AD_VJP(x -> y)
void destroys_too(AD_LEN(n) double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++) {
        x[i] = x[i] * y[i];
        y[i] = x[i] + y[0];
        x[i] = 3;
    }
}
