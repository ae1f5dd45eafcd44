// expect: 11:21: error: AD_CHECKPOINT: memory is allocated or freed in the loop; do it outside
#include <adgen.h>
#include <stdlib.h>

AD_GRAD(x)
double f(double x, int steps)
{
    double y = 0.5;
    AD_CHECKPOINT(3)
    for (int t = 0; t < steps; t++) {
        double *p = malloc((t + 2) * sizeof *p);
        p[0] = y * x;
        p[1] = p[0] * y;
        y = 1 - p[1];
        free(p);
    }
    return y;
}
