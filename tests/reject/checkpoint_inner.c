// expect: 12:9: error: AD_CHECKPOINT: this loop is inside another one; annotate that one, too, or instead
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double f(double x, int steps)
{
    double y = 0.5;
    for (int k = 0; k < steps; k++) {
        y = y * y;
        AD_CHECKPOINT(3)
        for (int t = 0; t < steps; t++)
            y = sin(x * y) + 1;
    }
    return y;
}
