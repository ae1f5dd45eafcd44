// expect: 11:5: error: AD_CHECKPOINT: the size of 'u', which the loop changes or reads before it changes, is not known; declare the parameter with AD_LEN, or use arrays that the function declares or allocates
// construct: `AD_CHECKPOINT` where the loop changes memory of unknown length: declare it with `AD_LEN`
#include <adgen.h>
#include <math.h>

AD_VJP(u -> u)
void f(double *u, int n, int steps)
{
    double first = u[0];
    AD_CHECKPOINT(3)
    for (int t = 0; t < steps; t++)
        for (int i = 1; i < n; i++)
            u[i] = sin(u[i] * u[i - 1]) + first;
}
