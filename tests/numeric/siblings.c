// check: --set n=5 --range v=0.2:1.5
#include <adgen.h>
#include <math.h>

/* sin and cos, sinh and cosh of the same argument: none is called again in the reverse sweep. */
AD_GRAD(v)
double turn(AD_LEN(n) const double *v, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double a = v[i] * s + 0.1, si = sin(a), c = cos(a);
        s += si * c * sinh(v[i]) + cosh(v[i]);
    }
    return s;
}

/* Known only in one arm, after the loop, or in another precision. */
AD_GRAD(x, v)
double elsewhere(double x, AD_LEN(n) const double *v, int n)
{
    double s = 0;
    float y = (float)v[0];
    if (v[1] > 0.5)
        s += cos(x);
    for (int i = 0; i < n; i++) {
        double a = v[i];
        if (i % 2)
            s += sin(a) * s;
        else
            s += cos(a) * sin(x);
        s += sinf(y) * a;
    }
    return s * cos(x) + cos(y);
}
