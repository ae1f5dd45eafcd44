// check: --set n=5 --set m=4
// construct: memory: arrays that a function counts from 1 (`--x;`, `a -= 1 + lda;`), given local arrays of constant size
#include <adgen.h>
#include <math.h>

/* Pivots, as LINPACK's dgefa in the hands of f2c. */
static int factor(double *a, int lda, int n, int *ipvt)
{
    int a_dim1 = lda, a_offset = 1 + a_dim1;
    a -= a_offset;
    --ipvt;
    for (int k = 1; k <= n - 1; k++) {
        int l = k;
        for (int i = k + 1; i <= n; i++)
            if (fabs(a[i + k * a_dim1]) > fabs(a[l + k * a_dim1]))
                l = i;
        ipvt[k] = l;
        if (a[l + k * a_dim1] == 0.0)
            return k;
        double t = a[l + k * a_dim1];
        a[l + k * a_dim1] = a[k + k * a_dim1];
        a[k + k * a_dim1] = t;
        for (int i = k + 1; i <= n; i++)
            a[i + k * a_dim1] *= -1.0 / t;
        for (int j = k + 1; j <= n; j++) {
            double s = a[l + j * a_dim1];
            a[l + j * a_dim1] = a[k + j * a_dim1];
            a[k + j * a_dim1] = s;
            for (int i = k + 1; i <= n; i++)
                a[i + j * a_dim1] += s * a[i + k * a_dim1];
        }
    }
    ipvt[n] = n;
    return 0;
}

AD_GRAD(a)
double log_determinant(AD_LEN(n *n) const double *a, int n)
{
    int ipvt[8];
    double lu[64], s = 0;
    if (n > 8)
        return 0;
    for (int i = 0; i < n * n; i++)
        lu[i] = a[i];
    if (factor(lu, n, n, ipvt))
        return -HUGE_VAL;
    for (int i = 0; i < n; i++)
        s += log(fabs(lu[i + i * n])) * (1 + 0.1 * ipvt[i]);
    return s;
}

/* Numerical Recipes: v[1..n] of a local array. */
static void smooth(double v[], int n, double w)
{
    int i;
    for (i = 2; i <= n - 1; i++)
        v[i] += w * (v[i - 1] - 2 * v[i] + v[i + 1]);
}

AD_GRAD(x, w)
double roughness(AD_LEN(m) const double *x, double w, int m)
{
    double v[8], s = 0;
    for (int i = 0; i < m && i < 8; i++)
        v[i] = x[i];
    smooth(v - 1, m, w);
    for (int i = 1; i < m; i++)
        s += (v[i] - v[i - 1]) * (v[i] - v[i - 1]);
    return s;
}
