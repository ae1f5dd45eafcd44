// args: --directions 8
// expect: 22:14: error: 8 directions at once are not possible: 'sq_jvp' takes one direction; leave out --directions
#include <adgen.h>

double sq(double x)
{
    return x * x;
}

double sq_jvp(double x, double d_x, double *d_return)
{
    *d_return = 2 * x * d_x;
    return x * x;
}
AD_CUSTOM_JVP(sq, sq_jvp)

AD_JVP(x)
double sum(const double x[3])
{
    double s = 0;
    for (int i = 0; i < 3; i++)
        s += sq(x[i]);
    return s;
}
