// check: --set n=4
// construct: functions: `printf`, `rand`, `assert` and their kin, once and in order
#include <adgen.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

AD_GRAD(x)
double talks(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    assert(n > 0 && x != NULL);
    for (int i = 0; i < n; i++) {
        s += x[i] * x[i];
        printf("step %d: %g\n", i, s);
    }
    if (s > 0.001)
        puts("done");
    return s;
}

AD_GRAD(x)
double noise(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double u = (double)rand() / RAND_MAX;
        s += u * x[i] * x[i];
    }
    return s;
}
