// check: --set n=6
#include <adgen.h>
#include <math.h>

static const double weights[4] = {0.1, 0.2, 0.3, 0.4};
const double scale_factor = 1.75;
static const int order[] = {3, 1, 2, 0};
static const struct { double a; int b; } params[2] = {{1.5, 2}, {2.5, 3}};
enum { WINDOW = 3 };

AD_GRAD(x)
double tables(AD_LEN(n) const double *x, int n)
{
    static const double local[2][2] = {{1, 2}, {3, 4}};
    double s = 0;
    for (int i = 0; i < n; i++) {
        s += weights[order[i % 4]] * x[i] * scale_factor;
        s += params[i % 2].a * x[i] * params[1].b;
        s *= local[i % 2][1] * 0.3;
    }
    for (int i = WINDOW; i < n; i++)
        s += x[i] * x[i - WINDOW];
    return s * (double)sizeof(weights) / sizeof weights[0];
}
