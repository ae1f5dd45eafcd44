// check: --set n=6 --set m=4 --range x=0.3:1.4
/* Values that are the same in every iteration of a loop around them, where loops between them and it count the same: kept without an index of
 * that loop in `once_`, with all indices in `each_`: reverse_loops.sh looks. */
#include <adgen.h>
#include <math.h>

/* The products of an in-place update use the old P and FP: neither changes while it is read. */
AD_GRAD(x)
double once_products(AD_LEN(9) const double *x, int n)
{
    double P[3][3], FP[3][3], s = 0;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            P[i][j] = x[3 * i + j] * 0.4;
    for (int t = 0; t < n; t++) {
        if (t % 3 == 1)
            continue;
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) {
                FP[i][j] = 0;
                for (int k = 0; k < 3; k++)
                    FP[i][j] += x[3 * i + k] * P[k][j];
            }
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) {
                P[i][j] = 0;
                for (int k = 0; k < 3; k++)
                    P[i][j] += FP[i][k] * x[3 * j + k];
                s += P[i][j] * P[i][j];
            }
    }
    return s;
}

/* Inner loops of other lengths and starts: what is kept at j is the same whenever it is. */
AD_GRAD(x, w)
float once_triangle(AD_LEN(n) const float *x, AD_LEN(n) const float *w, int n)
{
    float s = 0;
    for (int i = 0; i < n; i++) {
        float r = 0;
        for (int j = n - 1; j >= 0; j--) {
            if (j > i)
                continue;
            r += sinf(w[j]) * x[i];
        }
        s += r * r;
    }
    return s;
}

/* Not these: P changes while rows are made from it, */
AD_GRAD(x)
double each_overwritten(AD_LEN(n) const double *x, int n)
{
    double P[8], s = 0;
    for (int k = 0; k < 8; k++)
        P[k] = x[k % n];
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 8; k++) {
            s += P[k] * P[k] * x[i];
            P[k] = 0.5 * P[k] * P[(k + 1) % 8];
        }
    return s;
}

/* the inner loop starts elsewhere each time, so that its iterations of one number differ, */
AD_GRAD(x, w)
double each_start(AD_LEN(n) const double *x, AD_LEN(n + m) double *w, int n, int m)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int k = i; k < i + m; k++) {
            double e = exp(w[k] * x[k % n]);
            s += e * e;
            if (k == i + m - 1)
                w[i] = e * s;
        }
    return s;
}

/* the value depends on what the iteration has made. */
AD_GRAD(x)
double each_carried(AD_LEN(n) const double *x, int n, int m)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double a = x[i];
        for (int k = 0; k < m; k++) {
            a = sin(a + x[k % n]);
            s += a * a;
        }
    }
    return s;
}
