// check: --range l=1:2
// construct: preprocessor and library: `<tgmath.h>`
#include <tgmath.h>
#include <adgen.h>
AD_GRAD(x, f)
double tgm(AD_LEN(3) const double *x, float f, long double l)
{
    long double s = l;
    for (int i = 0; i < 3; i++)
        s += sin(x[i]) * exp(f) + pow(x[i], f) + sqrt(l * x[i]) + fmax(f, x[i]) + hypot(x[i], 3);
    return (double)s;
}
