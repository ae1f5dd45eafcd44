// args: --tape-storage=arg
// expect: 12:5: error: --tape-storage=arg: how much this loop keeps does not depend on the integer parameters alone, and no bound is known; make the number of iterations a parameter, or bound it by a constant ('if (n > 100) return ...;' before it will do)
#include <adgen.h>
#include <math.h>

typedef struct { int n; const double *x; } Data;

AD_GRAD(d)
double f(const Data *d)
{
    double y = 1;
    for (int i = 0; i < d->n; i++)
        y = sin(y * d->x[i]);
    return y;
}
