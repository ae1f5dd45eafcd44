// args:
#include <adgen.h>
#include <math.h>

AD_GRAD(w, b)
double loss(AD_LEN(n) const double *w, double b, AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += tanh(w[i] * x[i] + b);
    return s;
}
