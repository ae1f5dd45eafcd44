// check: --set n=5 --set k=2 --range x=0.3:2 --range w=0.2:1.2
/* Sums over the same elements. In the functions that start with `one_` reverse loops become one, in those with `two_` they do not: join.sh
 * looks. */
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double one_loop(AD_LEN(n) const double *x, AD_LEN(n) const double *w, int n)
{
    double m = 0, v = 0;
    for (int i = 0; i < n; i++)
        m += w[i] * x[i];
    for (int i = 0; i < n; i++)
        v += x[i] * x[i];
    return log(fabs(v * m) + 1);
}

/* Three of them, one in each row. */
AD_GRAD(x)
double one_in_rows(AD_LEN(n *k) const double *x, int n, int k)
{
    double loss = 0;
    for (int r = 0; r < k; r++) {
        double a = 0, b = 0, c = 0;
        for (int i = 0; i < n; i++)
            a += x[r * n + i];
        for (int i = 0; i < n; i++)
            b += x[r * n + i] * x[r * n + i];
        for (int i = 0; i < n; i++)
            c += 1 / x[r * n + i];
        loss += log(a * b * c);
    }
    return loss;
}

/* Other elements. */
AD_GRAD(x)
double two_places(AD_LEN(n) const double *x, int n)
{
    double a = 0, b = 0;
    for (int i = 0; i < n; i++)
        a += x[i] * x[i];
    for (int i = 0; i < n; i++)
        b += x[n - 1 - i] * x[n - 1 - i];
    return log(a * b + 2);
}

AD_GRAD(x)
double two_ranges(AD_LEN(n) const double *x, int n, int k)
{
    double a = 0, b = 0;
    for (int i = 0; i < n; i++)
        a += x[i] * x[i];
    for (int i = 0; i < k; i++)
        b += x[i] * x[i];
    return log(a * b + 2);
}

/* One place for all: the order of sums would be another. */
AD_GRAD(x)
double two_orders(AD_LEN(n) const double *x, AD_LEN(n) const double *w, int n, int k)
{
    double a = 0, b = 0;
    for (int i = 0; i < n; i++)
        a += x[i / 2] * w[i];
    for (int i = 0; i < n; i++)
        b += x[i / 2] * w[i] * w[i];
    return log(a * b + 2);
}

/* The second needs the sum that the first makes. */
AD_VJP(x -> y)
AD_NOALIAS
void two_in_turn(AD_LEN(n) double *y, AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * x[i];
    for (int i = 0; i < n; i++)
        y[i] = x[i] * s;
}

/* Nests: rows and columns. */
AD_GRAD(x)
double one_of_nests(AD_LEN(n *k) const double *x, int n, int k)
{
    double a = 0, b = 0;
    for (int i = 0; i < k; i++)
        for (int j = 0; j < n; j++)
            a += 1 / x[i * n + j];
    for (int i = 0; i < k; i++)
        for (int j = 0; j < n; j++)
            b += x[i * n + j] * x[i * n + j];
    return log(a * b + 2);
}

/* Rows that reach into each other: the order of sums would be another. */
AD_GRAD(x)
double two_windows(AD_LEN(n + k) const double *x, AD_LEN(n) const double *w, int n, int k)
{
    double a = 0, b = 0;
    for (int i = 0; i < k; i++)
        for (int j = 0; j < n; j++)
            a += w[j] / x[i + j];
    for (int i = 0; i < k; i++)
        for (int j = 0; j < n; j++)
            b += x[i + j] * x[i + j];
    return log(a * b + 2);
}

/* Inner loops of other lengths. */
AD_GRAD(x)
double two_of_nests(AD_LEN(n *k) const double *x, int n, int k)
{
    double a = 0, b = 0;
    for (int i = 0; i < k; i++)
        for (int j = 0; j < n; j++)
            a += 1 / x[i * n + j];
    for (int i = 0; i < k; i++)
        for (int j = 0; j < i; j++)
            b += x[i * n + j] * x[i * n + j];
    return log(a * b + 2);
}
