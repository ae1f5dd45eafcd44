// check: --set n=4 --set t=2 --set i=1 --set k=0
// construct: types: enumerators that several enums (of functions, of files) name alike
// construct: numbers: signed zeros
// construct: pointers and arrays: `const`, `restrict`, `static n`
#include <adgen.h>
#include <math.h>

/* Names that generated code would like to use itself. */
AD_VJP(x, d_x -> y)
double names(AD_LEN(n) const double *x, AD_LEN(n) const double *d_x, AD_LEN(n) double *y, int n, int t, int i)
{
    double d_y = 0, t1 = 1, tape = 2;
    for (int k = 0; k < n; k++) {
        double t = x[k] * d_x[k];
        {
            double t = x[0];
            t1 *= t;
        }
        y[k] = t * tape;
        d_y += y[k];
    }
    return d_y * t1 + t + i;
}

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
    double s = 0, LAST = 1; /* an enumerator elsewhere */
    for (int i = 0; i < ORDER; i++) {
        LAST *= x[i];
        s += x[i] * x[i] * LAST;
    }
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

/* Several derivatives of one function, each in versions for arguments that overlap and that do not. */

AD_GRAD(x, y)
AD_VJP(x, y -> y)

double smooth(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    double s = 0;
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < n; i++) {
            y[i] = y[i] * cos(x[i]) + x[n - 1 - i];
            s += sin(y[i]) * x[i];
        }
    return s;
}

/* The sign of a product goes in front of it only where it is the sign of a floating number: an integer has no -0. */

AD_VJP(a, b -> a, b)
void signs(AD_LEN(4) double *a, AD_LEN(4) double *b, int k)
{
    a[0] = -((double)k / 5.0);
    a[1] = -((k + 1 - 1) * 0.25) * b[1];
    b[2] = b[2] * 0.0 - (-k / 3.0);
    b[3] = -(a[3] * (double)k);
}

AD_VJP(x, w -> y)
void layer(AD_LEN(1) const double *restrict w, AD_LEN(n) const double *restrict x, AD_LEN(n) double *restrict y, const int n)
{
    register const double bias = 0.25;
    for (register int i = 0; i < n; i++)
        y[i] = *w * x[i] + bias;
}
