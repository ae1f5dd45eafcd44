// check: --set n=9 --set m=11 --set rows=3 --set o=10
/* Reverse nests that are split so that their inner loops run along memory (transform/nest.c), and some that must not be; tests/nest.sh says
 * which is which. */
#include <adgen.h>
#include <math.h>

/* Eight rows at once, as tiled matrix products have them. */
AD_VJP(x, w, b -> y)
void tiled(AD_LEN(8 * o) double *y, AD_LEN(8 * n) const double *x, AD_LEN(o * n) const double *w, AD_LEN(o) const double *b, int n, int o)
{
    for (int k = 0; k < o; k++) {
        double sum[8];
        for (int r = 0; r < 8; r++)
            sum[r] = b ? b[k] : 0;
        for (int i = 0; i < n; i++) {
            double wi = w[i + k * n];
            for (int r = 0; r < 8; r++)
                sum[r] += x[r * n + i] * wi;
        }
        for (int r = 0; r < 8; r++)
            y[r * o + k] = sum[r];
    }
}

/* Weights by column: what the sum over i reads is far apart. */
AD_VJP(x, w -> y)
AD_NOALIAS
void columns(AD_LEN(rows * m) double *y, AD_LEN(rows * n) const double *x, AD_LEN(n * m) const double *w, int rows, int n, int m)
{
    for (int r = 0; r < rows; r++)
        for (int j = 0; j < m; j++) {
            double s = 0;
            for (int i = 0; i < n; i++)
                s += x[r * n + i] * w[i * m + j];
            y[r * m + j] = 2 * s;
        }
}

/* The same in the style of another decade: pointers that walk, whiles, the innermost loop counting down. */
AD_VJP(x, w -> y)
AD_NOALIAS
void walked(AD_LEN(m) double *y, AD_LEN(n) const double *x, AD_LEN(n * m) const double *w, int n, int m)
{
    int i, j = 0;
    while (j < m) {
        double s = 1;
        i = n;
        while (--i >= 0)
            s -= x[i] * *(w + i * m + j);
        y[j] = s;
        j++;
    }
}

/* Two dimensions declared. */
AD_GRAD(a, x)
double declared(int n, int m, const double a[n][m], AD_LEN(n) const double *x)
{
    double total = 0;
    for (int j = 0; j < m; j++)
        for (int i = 0; i < n; i++)
            total += x[i] * x[i] * a[i][j];
    return total;
}

/* Sums in memory, from arguments that are not known not to overlap: split where they do not. */
AD_VJP(a, b -> c)
void gemm(AD_LEN(n * m) double *c, AD_LEN(n * o) const double *a, AD_LEN(o * m) const double *b, int n, int m, int o)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            c[i * m + j] *= 0.5;
            for (int k = 0; k < o; k++)
                c[i * m + j] += 2 * a[i * o + k] * b[k * m + j];
        }
}

/* What the reverse of each sum needs is read once, not for each k. */
AD_GRAD(w, x)
double hidden(AD_LEN(n * o) const double *w, AD_LEN(n) const double *x, int n, int o)
{
    double h[32], total = 0;
    for (int i = 0; i < o; i++) {
        h[i] = 1;
        for (int k = 0; k < n; k++)
            h[i] += w[i * n + k] * x[k];
    }
    for (int i = 0; i < o; i++)
        total += h[i] * h[o - 1 - i] * h[0];
    return total;
}

/* Here it is not: y[i] is itself among what the sum is of. */
AD_GRAD(w, x)
double itself(AD_LEN(n * n) const double *w, AD_LEN(n) const double *x, int n)
{
    double y[32] = {0};
    for (int i = 0; i < n; i++) {
        y[i] = x[i];
        for (int k = 0; k <= i; k++)
            y[i] += w[i * n + k] * y[k];
    }
    return y[n - 1] * y[n / 2];
}

/* Not split: rows of m elements, of which nothing says that they hold all j; here they overlap. */
AD_GRAD(x, w)
double overlapping(AD_LEN(n) const double *x, AD_LEN(n + o) const double *w, int n, int o)
{
    double total = 0;
    for (int j = 0; j < o; j++) {
        double s = 0;
        for (int i = 0; i < n / 2; i++)
            s += x[i] * w[i * 2 + j];
        total += s * s;
    }
    return total;
}

/* Not split: what each k adds is read by the next. */
AD_GRAD(x)
double recurrence(AD_LEN(n * m) double *x, int n, int m)
{
    for (int i = 0; i < m; i++)
        for (int k = 1; k < n; k++)
            x[k * m + i] += 0.5 * x[(k - 1) * m + i] * x[(k - 1) * m + i];
    double s = 0;
    for (int i = 0; i < m; i++)
        s += x[(n - 1) * m + i];
    return s;
}

/* Not split: the bound of k depends on i. */
AD_GRAD(x, w)
double triangle(AD_LEN(n) const double *x, AD_LEN(n * n) const double *w, int n)
{
    double total = 0;
    for (int i = 0; i < n; i++) {
        double s = 0;
        for (int k = 0; k <= i; k++)
            s += x[k] * w[k * n + i];
        total += s * s;
    }
    return total;
}

/* Not split: it would call exp for each k. */
AD_GRAD(x, w)
AD_NOALIAS
double costly(AD_LEN(n) const double *x, AD_LEN(n * m) const double *w, int n, int m)
{
    double total = 0;
    for (int j = 0; j < m; j++) {
        double s = 0;
        for (int i = 0; i < n; i++)
            s += exp(x[i] * w[i * m + j]);
        total += s;
    }
    return total;
}

/* Both triangles of one array: what is added to its rows and its columns meets. */
AD_GRAD(a, x)
double symmetric(AD_LEN(n * n) const double *a, AD_LEN(n) const double *x, int n)
{
    double total = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            total += (a[i * n + k] + a[k * n + i]) * x[k];
    return total;
}
