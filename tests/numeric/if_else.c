// check: --set n=7
// construct: control flow: `if`
#include <adgen.h>
#include <math.h>

AD_VJP(x -> y)
void branches(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++) {
        if (x[i] > 0.9)
            y[i] = x[i] * x[i];
        else if (x[i] > 0.6) {
            double t = exp(x[i]);
            y[i] = t;
            if (i & 1)
                y[i] *= t;
        } else if (x[i] > 0.4)
            ;
        else
            y[i] += x[i];
    }
}

AD_GRAD(a, b)
double merge(double a, double b, int k)
{
    double r;
    double q = a;
    if (k > 3) {
        r = a * b;
        q = b;
    } else
        r = a + b;
    if (r > 100)
        r = 0;
    return r * q;
}
