// expect: 12:40: error: AD_CHECKPOINT: this call cannot be repeated when steps are run again; move it out of the loop
// expect: 11:5: note: the loop is here
#include <adgen.h>
#include <stdlib.h>

AD_GRAD(x)
double f(double x, int steps)
{
    double y = 1;
    AD_CHECKPOINT(3)
    for (int t = 0; t < steps; t++)
        y = y * x * (1 - y) + 1e-12 * (rand() % 2);
    return y;
}
