// expect: 12:9: error: AD_CHECKPOINT: this overwrites an independent that is not a dependent, or stores an address; name the array on both sides of '->', or work on a copy
#include <adgen.h>
#include <math.h>

AD_GRAD(u)
double f(AD_LEN(steps) double *u, int steps)
{
    double s = 0;
    AD_CHECKPOINT(3)
    for (int t = 0; t < steps; t++) {
        s = sin(s + u[t]);
        u[t] = s * u[t];
    }
    for (int i = 0; i < steps; i++)
        s += u[i];
    return s;
}
