// check: -std=gnu89 -Wno-deprecated-non-prototype --set n=4 --len table=4 --len t=1
// construct: functions: definitions in the style of K&R
/* Definitions without prototypes; one of them is called as it is, beside its derivative. */
#include <adgen.h>
#include <math.h>

int codes[3], calls;

double series(x, table, n)
double x;
double table[];
int n;
{
    double s = table[0];
    int i;
    for (i = 1; i < n; i++)
        s = s * x + table[i];
    return s;
}

static double table[] = {0.5, 0.25, -0.125, 1};

double reflect(x, depth)
double x;
int depth;
{
    calls++;
    if (depth == 0)
        return series(x, table, 4);
    if (x < 0) {
        codes[depth % 3] = -1;
        return -reflect(-x, depth - 1);
    }
    return x * reflect(x - 1, depth - 1);
}

AD_GRAD(x)
double total(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    int i;
    for (i = 0; i < n; i++)
        s += reflect(x[i], 3) * reflect(0.3, 2) * codes[i % 3];
    return s * sin(x[0]);
}

AD_GRAD()
double weighed(n, x, w)
AD_LEN(n) double *x;
int n;
AD_LEN(n) AD_INACTIVE double *w;
{
    double s = 0;
    int i;
    for (i = 0; i < n; i++)
        s += w[i] * x[i] * x[n - 1 - i];
    return s;
}

AD_GRAD()
double cooled(t, x)
AD_INACTIVE double *t;
double x;
{
    return x * x * *t;
}
