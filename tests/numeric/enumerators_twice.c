// construct: types: enumerators that several enums (of functions, of files) name alike
#include <adgen.h>

static double halves(const double x[4])
{
    enum { ORDER = 2, LAST = ORDER - 1 };
    double s = 0;
    for (int i = 0; i < ORDER; i++)
        s += x[i] * x[LAST];
    return s;
}

AD_GRAD(x)
double local_orders(const double x[4])
{
    enum { ORDER = 4 };
    double s = 0;
    for (int i = 0; i < ORDER; i++)
        s += x[i] * x[i];
    return s * halves(x);
}

enum { DEPTH = 3 };

AD_VJP(x -> y)
void both(const double x[4], double y[3])
{
    double t[DEPTH] = {0};
    for (int i = 0; i < DEPTH; i++) {
        enum { DEPTH = 2 };
        for (int k = 0; k < DEPTH; k++)
            t[i] += x[i] * x[k];
    }
    for (int i = 0; i < DEPTH; i++)
        y[i] = t[i] * x[3];
}
