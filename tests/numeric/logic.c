// check: --set n=6
// construct: numbers: `&&`, `||`, `!`
#include <adgen.h>

static int count_and_test(int *calls, double v)
{
    ++*calls;
    return v > 0.6;
}

AD_GRAD(x)
double shortcut(AD_LEN(n) const double *x, int n)
{
    int calls = 0;
    double s = 0;
    for (int i = 0; i < n; i++) {
        if (i > 2 && count_and_test(&calls, x[i]))
            s += x[i] * x[i];
        if (x[i] < 0.3 || count_and_test(&calls, x[i] * 2) || !i)
            s += 2 * x[i];
        if (i + 1 < n && x[i + 1] > x[i] && !(x[i] > 1))
            s *= x[i + 1];
    }
    return s * calls + !calls;
}
