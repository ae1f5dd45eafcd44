// expect: 10:5: error: AD_CHECKPOINT: what the condition of this loop computes carries derivatives; compute it in the body
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double f(double x)
{
    double y = 0.5;
    AD_CHECKPOINT(3)
    do {
        y = y * sin(x * y) + 0.1;
    } while (y > 0.2);
    return y;
}
