// construct: control flow: with `-fopenmp`: `#pragma omp parallel for`, `simd`, `reduction`, `private`
// check: -fopenmp
/* Loops that share their iterations among threads, as numerical programs write them: sums over samples, rows of a matrix, a stencil,
 * pairwise forces, scratch arrays of an iteration. */
#include <adgen.h>
#include <math.h>

AD_GRAD(w, b)
double omp_loss(AD_LEN(n) const double *w, double b, AD_LEN(n) const double *x, int n)
{
    double s = 0;
#pragma omp parallel for reduction(+ : s) schedule(static)
    for (int i = 0; i < n; i++)
        s += tanh(w[i] * x[i] + b);
    return s;
}

static double omp_score(const double *w, const double *x, int d, double *tmp)
{
    double s = 0;
    for (int k = 0; k < 4; k++) {
        tmp[k] = 0;
        for (int j = 0; j < d; j++)
            tmp[k] += w[k * d + j] * x[j];
    }
    for (int k = 0; k < 4; k++)
        s += tanh(tmp[k]);
    return s;
}

/* Weights that all samples read, scratch in the body. */
AD_GRAD(w)
double omp_layer(AD_LEN(4 * d) const double *w, AD_LEN(n * d) const double *x, AD_LEN(n) const double *y, int n, int d)
{
    double s = 0;
#pragma omp parallel for reduction(+ : s)
    for (int i = 0; i < n; i++) {
        double tmp[4];
        double r = omp_score(w, x + i * d, d, tmp) - y[i];
        s += 0.5 * r * r;
    }
    return s / n;
}

/* The same with declarations at the top and private clauses, as in C89 and Fortran; an array that subscripts keep in memory. */
AD_GRAD(w)
double omp_layer_private(AD_LEN(4 * d) const double *w, AD_LEN(n * d) const double *x, AD_LEN(n) const double *y, int n, int d, int m)
{
    double s = 0, r, tmp[4];
    int i, j, k;
#pragma omp parallel for private(tmp, r, j, k) reduction(+ : s)
    for (i = 0; i < n; i++) {
        for (k = 0; k < 4; k++)
            tmp[k] = 0.1 * k;
        for (k = 0; k < m; k++)
            for (j = 0; j < d; j++)
                tmp[k % 4] += w[k % 4 * d + j] * x[i * d + j];
        r = -y[i];
        for (k = 0; k < 4; k++)
            r += tanh(tmp[k]);
        s += 0.5 * r * r;
    }
    return s / n;
}

AD_VJP(w, x -> out)
void omp_matvec(AD_LEN(m * n) const double *restrict w, AD_LEN(n) const double *restrict x, AD_LEN(m) double *restrict out, int m, int n)
{
#pragma omp parallel for if (1) num_threads(3)
    for (int i = 0; i < m; i++) {
        double t = 0;
        for (int j = 0; j < n; j++)
            t += w[i * n + j] * x[j];
        out[i] = sin(t);
    }
}

AD_VJP(a, b -> c)
void omp_matmul(int n, double a[n][n], double b[n][n], double c[n][n])
{
#pragma omp parallel for collapse(2)
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double t = 0;
            for (int k = 0; k < n; k++)
                t += a[i][k] * b[k][j];
            c[i][j] = t * t;
        }
}

AD_VJP(u -> v)
void omp_stencil(AD_LEN(n) const double *u, AD_LEN(n) double *v, int n)
{
    v[0] = u[0];
    v[n - 1] = u[n - 1];
#pragma omp parallel for
    for (int i = 1; i < n - 1; i++)
        v[i] = u[i] + 0.1 * sin(u[i - 1] - 2 * u[i] + u[i + 1]);
}

AD_VJP(p -> f)
void omp_forces(int n, AD_LEN(n) const double (*p)[3], AD_LEN(n) double (*f)[3])
{
#pragma omp parallel for schedule(dynamic, 4)
    for (int i = 0; i < n; i++) {
        double a[3] = {0, 0, 0};
        for (int j = 0; j < n; j++) {
            double d[3], r2 = 0.1;
            for (int k = 0; k < 3; k++) {
                d[k] = p[j][k] - p[i][k];
                r2 += d[k] * d[k];
            }
            double c = 1 / (r2 * sqrt(r2));
            for (int k = 0; k < 3; k++)
                a[k] += c * d[k];
        }
        for (int k = 0; k < 3; k++)
            f[i][k] = a[k];
    }
}

AD_GRAD(x)
double omp_dot(AD_LEN(n) const double *x, AD_LEN(n) const double *y, int n)
{
    double s = 0;
#pragma omp simd reduction(+ : s)
    for (int i = 0; i < n; i++)
        s += x[i] * y[i];
    return s * s;
}

AD_VJP(x -> y)
void omp_map(AD_LEN(n) const float *x, AD_LEN(n) float *y, long n)
{
#pragma omp parallel for simd schedule(static)
    for (long i = 0; i < n; i++)
        y[i] = x[i] * x[i] + 1.0f;
}

/* Counting down, in steps, and with what an iteration finds out for itself. */
AD_VJP(x -> y)
void omp_steps(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
#pragma omp parallel for
    for (int i = n - 1; i >= 0; i -= 2) {
        double v = x[i];
        while (v > 0.6)
            v = 0.5 * v * v;
        y[i] = v;
    }
}
