// construct: memory: independents that loops overwrite again and again: elimination in place
// check: --set n=5 --len u=n
#include <math.h>
#include <adgen.h>

/* Elimination in place: n * n * n stores to n * n elements. */
AD_VJP(a -> x)
void own_solve(int n, AD_LEN(n * n) double *restrict a, AD_LEN(n) double *restrict x)
{
    for (int k = 0; k < n; k++)
        for (int i = k + 1; i < n; i++) {
            double f = a[i * n + k] / (a[k * n + k] + 3);
            for (int j = k; j < n; j++)
                a[i * n + j] -= f * a[k * n + j];
            x[i] -= f * x[k];
        }
    for (int i = n - 1; i >= 0; i--) {
        for (int j = i + 1; j < n; j++)
            x[i] -= a[i * n + j] * x[j];
        x[i] /= a[i * n + i] + 3;
    }
}

#define N 4

AD_GRAD(a)
double own_rows(double a[N][N])
{
    double s = 0;
    for (int k = 0; k < N; k++)
        for (int i = 0; i < N; i++) {
            a[i][k] += 0.5 * a[k][i] * a[i][i];
            s += sin(a[i][k]);
        }
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < N; i++)
            a[i][0] *= 1 + 0.1 * a[i][k];
    for (int i = 0; i < N; i++)
        s *= 1 + 0.1 * a[i][0] * a[i][1];
    return s;
}

/* Smoothing until it is smooth. */
AD_GRAD(u)
double own_relaxed(int n, AD_LEN(n) double *restrict u)
{
    double change = 1;
    int rounds = 0;
    while (change > 1e-3 && rounds < 20) {
        change = 0;
        for (int i = 1; i < n - 1; i++) {
            double next = 0.5 * (u[i - 1] + u[i + 1]) + 0.1 * sin(u[i]);
            change += fabs(next - u[i]);
            u[i] = next;
        }
        rounds++;
    }
    double s = 0;
    for (int i = 0; i < n; i++)
        s += u[i] * u[i] * (i + 1);
    return s;
}

/* Each element once: what d_u holds is put aside where it is. */
AD_GRAD(u)
double once(int n, AD_LEN(n) double *restrict u)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        u[i] = sin(u[i]) * u[i];
        s += u[i] * u[i];
    }
    return s;
}

/* One element: an array of its own would be larger. */
AD_GRAD(u)
double first_only(int n, AD_LEN(n) double *restrict u)
{
    for (int i = 0; i < n; i++)
        u[0] = sin(u[0]) + 0.1 * u[i];
    return u[0] * u[0];
}

/* Of unknown length. */
AD_GRAD(u)
double unknown(int n, double *restrict u, AD_LEN(n) const double *restrict w)
{
    double s = 0;
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < n; i++) {
            u[i] = sin(u[i]) * w[i];
            s += u[i];
        }
    return s;
}

/* These may overlap. */
AD_VJP(a, b -> a)
void both(int n, AD_LEN(n) double *a, AD_LEN(n) double *b)
{
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < n; i++) {
            b[i] = sin(b[i]) * a[i];
            a[i] += b[i];
        }
}
