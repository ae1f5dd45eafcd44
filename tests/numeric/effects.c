// check: --set n=4
// construct: functions: `printf`, `rand`, `assert` and their kin, once and in order
#include <adgen.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* What is printed into a string beside numbers is not made of them for those that only look at its length. */
struct report {
    char text[80];
    double value, weight;
    int count;
};

AD_GRAD(x)
double described(double x)
{
    struct report r = {.value = x * x, .weight = 2, .count = 3};
    snprintf(r.text, sizeof r.text, "%g", r.value * x);
    if (strlen(r.text) > 70)
        return r.value;
    return r.value * r.weight * r.count;
}
