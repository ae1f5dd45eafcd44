// check: --set n=7
// directions: error: several directions at once are not possible: the recursive function 'sorted' allocates memory for its caller; leave out --directions
// construct: functions: recursive functions that return arrays, which their callers free: their reverse still reads them
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <adgen.h>

static double *zeros(int n)
{
    double *p = calloc((size_t)n + 1, sizeof *p);
    if (!p)
        abort();
    return p;
}

/* Merge sort that makes a new array on each level. */
static double *sorted(const double *x, int n)
{
    double *out = zeros(n);
    if (n < 2) {
        memcpy(out, x, (size_t)n * sizeof *x);
        return out;
    }
    int half = n / 2, i = 0, j = 0;
    double *a = sorted(x, half), *b = sorted(x + half, n - half);
    while (i < half || j < n - half) {
        int first = j == n - half || (i < half && a[i] < b[j]);
        out[i + j] = first ? a[i] : b[j];
        if (first)
            i++;
        else
            j++;
    }
    free(a);
    free(b);
    return out;
}

AD_GRAD(x)
double trimmed(AD_LEN(n) const double *x, int n)
{
    double *s = sorted(x, n), sum = 0;
    for (int i = 1; i + 1 < n; i++)
        sum += s[i] * s[i - 1] * exp(-0.1 * i);
    free(s);
    return sum;
}

/* Products of polynomials by halves (Karatsuba), in scratch of each level. */
static double *product(const double *p, const double *q, int n)
{
    double *out = zeros(2 * n);
    if (n == 1) {
        out[0] = p[0] * q[0];
        return out;
    }
    int h = (n + 1) / 2, l = n - h;
    double *ps = zeros(h), *qs = zeros(h);
    for (int i = 0; i < h; i++) {
        ps[i] = p[i] + (i < l ? p[h + i] : 0);
        qs[i] = q[i] + (i < l ? q[h + i] : 0);
    }
    double *low = product(p, q, h), *high = product(p + h, q + h, l), *both = product(ps, qs, h);
    free(ps);
    free(qs);
    for (int i = 0; i < 2 * h - 1; i++) {
        double top = i < 2 * l - 1 ? high[i] : 0;
        out[i] += low[i];
        out[h + i] += both[i] - low[i] - top;
        if (i < 2 * l - 1)
            out[2 * h + i] += top;
    }
    free(low);
    free(high);
    free(both);
    return out;
}

AD_VJP(p, q -> r)
AD_GRAD(p, q; r)
double polynomials(AD_LEN(n) const double *p, AD_LEN(n) const double *q, AD_LEN(2 * n) double *r, int n)
{
    double *out = product(p, q, n), sum = 0;
    for (int i = 0; i < 2 * n - 1; i++) {
        r[i] = out[i];
        sum += sin(out[i]) * (i + 1);
    }
    free(out);
    return sum;
}
