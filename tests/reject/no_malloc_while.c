// args: --tape-storage=static
// expect: 10:5: error: --tape-storage=static: no bound is known for the number of iterations of this loop, and values of each are kept; bound it by a constant ('if (n > 100) return ...;' before it will do), walk through an array of constant length (AD_LEN(100), [static 100]), or use --tape-storage=arg
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double f(double x)
{
    double y = 1;
    while (fabs(y * y - x) > 1e-12)
        y = 0.5 * (y + x / y);
    return y;
}
