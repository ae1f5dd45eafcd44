// construct: messages on `stderr` in a dense matrix: use --jvp or --vjp
// expect: 9:5: error: a dense Jacobian of 'fill' cannot be made: it is run several times, but calls 'fprintf', whose effects would be repeated
#include <adgen.h>
#include <stdio.h>
#include <stdlib.h>

static void fail(const char text[])
{
    fprintf(stderr, "fill: %s\n", text);
    exit(1);
}

AD_JACOBIAN(x -> y)
void fill(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    double *t = malloc(n * sizeof *t);
    if (!t)
        fail("no memory");
    for (int i = 0; i < n; i++)
        t[i] = x[i] * x[i];
    for (int i = 0; i < n; i++)
        y[i] = t[i];
    free(t);
}
