// check: --set n=6
// construct: control flow: `return` anywhere
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double first_big(AD_LEN(n) const double *x, int n)
{
    if (n <= 0)
        return 0;
    double s = 0;
    for (int i = 0; i < n; i++) {
        s += x[i] * x[i];
        if (s > 1.5)
            return s * x[i];
    }
    return -1;
}

AD_GRAD(x)
double from_depth(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            s += x[i] * x[j];
            if (s > 4 && j > 1)
                return exp(-s) * x[j];
        }
        if (s < -1)
            return s;
    }
    return s;
}

AD_VJP()
int void_like(AD_LEN(n) double *x, int n)
{
    for (int i = 0; i < n; i++) {
        if (x[i] > 1.1)
            return i;
        x[i] = x[i] * 2;
        if (i == 4)
            return -2;
    }
    return n;
}

AD_VJP(x -> y)
void guard(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    if (!x || !y || n < 1)
        return;
    y[0] = x[0];
    if (x[0] > 5)
        return;
    for (int i = 1; i < n; i++)
        y[i] = y[i - 1] * x[i];
}
