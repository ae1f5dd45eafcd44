// args: --no-malloc
// expect: 9:17: error: --no-malloc: the function allocates memory here; use an array of constant size, or one of the caller's
#include <adgen.h>
#include <stdlib.h>

AD_GRAD(x)
double f(AD_LEN(4) const double *x, int n)
{
    double *t = malloc((n + 4) * sizeof *t), s = 0;
    for (int i = 0; i < 4; i++)
        t[i] = x[i] * x[i];
    for (int i = 0; i < 4; i++)
        s += t[i] * t[3 - i];
    free(t);
    return s;
}
