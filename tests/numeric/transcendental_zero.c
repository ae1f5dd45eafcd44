// check: --set 'x[i]=i*0.5'
// construct: preprocessor and library: zero times infinity
#include <adgen.h>
#include <math.h>

/* pow with a constant exponent at 0; a factor of exactly zero times an infinite partial contributes nothing. */
AD_GRAD(x)
double powers(const double x[3])
{
    double s = 0;
    for (int i = 0; i < 3; i++)
        s += pow(x[i], 2.0) + pow(x[i] + 1, 0.0);
    return s;
}
