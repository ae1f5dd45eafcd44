// check: --set n=4 --set 'a[i]=(i%(n+1)==0?4:0.3)'
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

AD_VJP()
void cholesky(AD_LEN(n * n) double *a, int n)
{
    for (int j = 0; j < n; j++) {
        for (int k = 0; k < j; k++)
            a[j * n + j] -= a[j * n + k] * a[j * n + k];
        a[j * n + j] = sqrt(a[j * n + j]);
        for (int i = j + 1; i < n; i++) {
            for (int k = 0; k < j; k++)
                a[i * n + j] -= a[i * n + k] * a[j * n + k];
            a[i * n + j] /= a[j * n + j];
        }
    }
}

AD_GRAD(a, b)
double log_det_and_solve(AD_LEN(n * n) const double *a, AD_LEN(n) const double *b, int n)
{
    double l[n][n], y[n];
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double t = a[i * n + j];
            for (int k = 0; k < j; k++)
                t -= l[i][k] * l[j][k];
            l[i][j] = i == j ? sqrt(t) : t / l[j][j];
        }
    for (int i = 0; i < n; i++) {
        y[i] = b[i];
        for (int k = 0; k < i; k++)
            y[i] -= l[i][k] * y[k];
        y[i] /= l[i][i];
        s += y[i] * y[i] + 2 * log(l[i][i]);
    }
    return s;
}

/* On the heap, by columns: the reverse sweep, and its tangent, read the matrix before it is freed. */
AD_GRAD(x)
double log_det_on_heap(AD_LEN(n) const double *x, int n)
{
    double *l = malloc((size_t)n * n * sizeof *l), s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            l[i * n + j] = exp(-(x[i] - x[j]) * (x[i] - x[j])) + (i == j);
    for (int j = 0; j < n; j++) {
        double d = l[j * n + j];
        for (int k = 0; k < j; k++)
            d -= l[j * n + k] * l[j * n + k];
        l[j * n + j] = d = sqrt(d);
        s += log(d);
        for (int i = j + 1; i < n; i++) {
            double t = l[i * n + j];
            for (int k = 0; k < j; k++)
                t -= l[i * n + k] * l[j * n + k];
            l[i * n + j] = t / d;
        }
    }
    free(l);
    return s;
}
