// check: --set n=7 --set t=4 --set k=2 --set T=3 --set C=6 --set H=2
/* What an earlier loop stored in the caller's array is read, changed in place, by a later one; and where that only seems to be so. */
#include <adgen.h>
#include <math.h>

/* softmax of the first t + 1 of n, the rest 0: the later loop is longer, and tests for the earlier one's bound */
AD_VJP(x -> p)
void masked(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n, int t)
{
    double sum = 0;
    for (int i = 0; i <= t; i++) {
        double e = exp(x[i] * x[i] - 1);
        sum += e;
        p[i] = e;
    }
    for (int i = 0; i < n; i++)
        if (i <= t)
            p[i] *= 1 / sum;
        else
            p[i] = 0;
}

/* one loop shorter than the other, no test: p[n - 1] is the caller's */
AD_VJP(x, p -> p)
void longer(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n)
{
    double sum = 0;
    for (int i = 0; i < n - 1; i++) {
        p[i] = exp(x[i]);
        sum += p[i];
    }
    for (int i = 0; i < n; i++)
        p[i] = p[i] * sum * p[i];
}

/* a test for another bound */
AD_VJP(x, p -> p)
void another_bound(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n, int t)
{
    double sum = 1;
    for (int i = 0; i < t; i++) {
        p[i] = exp(x[i]);
        sum += p[i];
    }
    for (int i = 0; i < n; i++)
        if (i <= t)
            p[i] *= sum * p[i];
}

/* the neighbour has been changed by the iteration before */
AD_VJP(x, p -> p)
void neighbour(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n)
{
    for (int i = 0; i < n; i++)
        p[i] = sin(x[i]);
    for (int i = 1; i < n; i++)
        p[i] = p[i] * p[i - 1] + p[i];
}

/* the neighbour will be changed by the iteration after */
AD_VJP(x, p -> p)
void next_neighbour(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n)
{
    for (int i = 0; i < n; i++)
        p[i] = sin(x[i]);
    for (int i = 0; i < n - 1; i++)
        p[i] = p[i] * p[i + 1] + p[i];
}

/* one element is written between the loops, another before the load in the same iteration */
AD_VJP(x, p -> p)
void disturbed(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n, int k)
{
    for (int i = 0; i < n; i++)
        p[i] = cos(x[i]);
    p[k] = x[0] * x[1];
    for (int i = 0; i < n; i++) {
        if (i == k)
            p[i] = p[i] * x[i];
        p[i] = p[i] * p[i];
    }
}

/* rows of heads that lie side by side: T * C + H * (C / H) elements a row at most */
AD_VJP(x -> y; a)
void heads(AD_LEN(T * C) const double *x, AD_LEN(T * C) double *y, AD_LEN(H * T) double *a, int T, int C, int H)
{
    int hs = C / H;
    for (int t = 0; t < T; t++)
        for (int h = 0; h < H; h++) {
            const double *xh = x + t * C + h * hs;
            double *yh = y + t * C + h * hs, sum = 0;
            for (int i = 0; i < hs; i++)
                sum += xh[i] * xh[i];
            a[h * T + t] = sqrt(1 + sum);
            for (int i = 0; i < hs; i++)
                yh[i] = xh[i] / a[h * T + t];
        }
}

/* a run-time size that is constant; 1/u and the root of u both have partials */
AD_GRAD(x)
double normed(AD_LEN(3 * n) const double *x, int n)
{
    const int dims = 3;
    double s = 0;
    for (int i = 0; i < n; i++) {
        double d[dims];
        for (int k = 0; k < dims; k++)
            d[k] = x[dims * i + k] - x[k];
        double v = 0.5;
        for (int k = 0; k < dims; k++)
            v += d[k] * d[k];
        double inverse = 1 / sqrt(v);
        s += inverse * inverse * inverse * d[0] + inverse;
    }
    return s;
}
