// check: --set n=6 --range x=-3:3 --set label=2
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double cross_entropy(AD_LEN(n) const double *x, int n, int label)
{
    double m = x[0];
    for (int i = 1; i < n; i++)
        m = x[i] > m ? x[i] : m;
    double s = 0;
    for (int i = 0; i < n; i++)
        s += exp(x[i] - m);
    return m + log(s) - x[label];
}

AD_VJP(x -> p)
void softmax(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n)
{
    double m = -INFINITY, s = 0;
    for (int i = 0; i < n; i++)
        if (x[i] > m)
            m = x[i];
    for (int i = 0; i < n; i++) {
        p[i] = exp(x[i] - m);
        s += p[i];
    }
    for (int i = 0; i < n; i++)
        p[i] /= s;
}
