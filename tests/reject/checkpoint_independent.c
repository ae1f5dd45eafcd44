// expect: 12:13: error: AD_CHECKPOINT: this overwrites an independent that is not a dependent, or stores an address; name the array on both sides of '->', or work on a copy
#include <adgen.h>
#include <math.h>

AD_GRAD(u)
double f(AD_LEN(4) double *u, int steps)
{
    double s = 0;
    AD_CHECKPOINT(3)
    for (int t = 0; t < steps; t++)
        for (int i = 1; i < 4; i++)
            u[i] = sin(u[i] * u[i - 1]);
    for (int i = 0; i < 4; i++)
        s += u[i];
    return s;
}
