// check: --set n=4 --set m=5 --set ld=7
// construct: pointers and arrays: one pointer that walks through a whole nest
/* What a pointer or an index has come to after a loop inside is a function of the outer counter, whatever the loop's bound: nothing is kept,
 * and the iterations are seen not to overlap. */
#include <adgen.h>
#include <math.h>

AD_VJP(x, y -> out)
void outer_product(AD_LEN(n) const double *x, AD_LEN(m) const double *y, AD_LEN(n * m) double *out, int n, int m)
{
    double *q = out;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            *q++ = sin(x[i] * y[j]);
}

/* The same, as a while with an index, in the caller's types. */
AD_GRAD(x, w)
double dense(AD_LEN(m) const double *x, AD_LEN(n * m) const double *w, unsigned n, unsigned m)
{
    unsigned at = 0, i = n;
    double total = 0;
    while (i-- > 0) {
        double s = 0;
        unsigned j = 0;
        while (j < m) {
            s += w[at] * x[j];
            ++j;
            ++at;
        }
        total += tanh(s);
    }
    return total;
}

/* Rows with a gap behind them. */
AD_GRAD(a)
double padded(AD_LEN(n * ld) const double *a, int n, int m, int ld)
{
    const double *p = a;
    double total = 0;
    for (int i = 0; i < n; i++) {
        double s = 1;
        for (int j = 0; j < m; j++)
            s *= *p++;
        p += ld - m;
        total += s;
    }
    return total;
}

/* A column, by pointer. */
AD_GRAD(a)
double column(AD_LEN(n * m) const double *a, int n, int m)
{
    double s = 1;
    for (const double *p = a + 1, *end = a + (n - 1) * m + 1; p <= end; p += m)
        s *= *p + 2;
    return s;
}

/* Three deep. */
AD_VJP(x -> out)
void powers(AD_LEN(n * m) const double *x, AD_LEN(n * m * 3) double *out, int n, int m)
{
    int k = 0, r = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            double p = 1;
            for (int d = 0; d < 3; d++) {
                p *= x[r];
                out[k++] = p;
            }
            r++;
        }
}

/* Not a function of the outer counter alone: the inner bound is not the same in each trip. */
AD_GRAD(l, x)
double packed(AD_LEN(n * (n + 1) / 2) const double *l, AD_LEN(n) const double *x, int n)
{
    const double *p = l;
    double total = 0;
    for (int i = 0; i < n; i++) {
        double s = 0;
        for (int j = 0; j <= i; j++)
            s += *p++ * x[j];
        total += s * s * s;
    }
    return total;
}

/* Nor here: places that data skip. */
AD_GRAD(x)
double skipping(AD_LEN(n * m) const double *x, int n, int m)
{
    int at = 0;
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            if (x[at] > 0)
                s += x[at] * x[at];
            at += x[at] > 0.5 && at + 2 < n * m ? 2 : 1;
            if (at >= n * m)
                at = 0;
        }
    return s;
}

/* The element between the rows: with empty rows all would be one place. */
AD_VJP(x -> out)
void leading(AD_LEN(m) const double *x, AD_LEN(n * m + 1) double *out, int n, int m)
{
    int k = 0;
    for (int i = 0; i < n; i++) {
        out[k] = x[0] * x[0];
        for (int j = 0; j < m; j++)
            out[k++] += x[j];
        out[k] = exp(x[0]);
    }
}
