// check: --set n=6 --set use=1 --set mode=QUADRATIC --set flags=5
// construct: numbers: `enum` and `_Bool`
#include <adgen.h>
#include <stdbool.h>
#include <math.h>

typedef enum { LINEAR, QUADRATIC = 4, CUBIC } Mode;

AD_GRAD(x)
double by_mode(AD_LEN(n) const double *x, int n, Mode mode, bool use, unsigned flags)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double t = mode == LINEAR ? x[i] : mode == QUADRATIC ? x[i] * x[i] : pow(x[i], mode);
        bool odd = i & 1;
        if (use && odd)
            t = -t;
        if (flags & (1u << (i % 4)))
            s += t;
        s += 0.1 * t * s;
    }
    return s;
}
