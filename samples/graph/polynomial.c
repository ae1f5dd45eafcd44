/* polynomial.c: the same expression, for `adgen --emit=dot`. */
#include <adgen.h>

static double mul(double a, double b)
{
    return a * b;
}

static double add(double a, double b)
{
    return a + b;
}

AD_GRAD()
double polynomial(double x)
{
    return add(mul(x, x), x);
}
