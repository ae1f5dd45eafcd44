// check: --set n=6
// construct: control flow: `goto`, forwards and backwards
#include <adgen.h>
#include <stdlib.h>

AD_GRAD(x)
double cleanup(AD_LEN(n) const double *x, int n)
{
    double s = -1;
    double *t = malloc(sizeof *t * (size_t)n);
    if (!t)
        goto out;
    s = 0;
    for (int i = 0; i < n; i++) {
        t[i] = x[i] * x[i];
        s += t[i] * x[0];
        if (s > 3)
            goto done;
    }
    s *= 2;
done:
    s += t[0];
    free(t);
out:
    return s;
}

AD_GRAD(x)
double two_levels(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            s += x[i] * x[j];
            if (s > 5)
                goto found;
        }
    return s;
found:
    return s * s;
}
