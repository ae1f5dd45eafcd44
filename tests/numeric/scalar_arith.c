// check:
// construct: numbers: arithmetic and its conversions
#include <adgen.h>

AD_GRAD()
double arith(double a, double b, double c)
{
    double t = a * b - c / (a + 2.0);
    double u = -t + +b;
    t = t * t + u;
    return (t - c) / (1.0 + b * b) - 3 * a;
}

AD_GRAD(a, c)
double some(double a, double b, double c)
{
    return a * b * c + b * b;
}

AD_VJP()
double one(double x)
{
    return x;
}

AD_VJP()
double nothing(double x)
{
    (void)x;
    return 4.0;
}
