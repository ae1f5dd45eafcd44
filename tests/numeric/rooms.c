// check: --set n=6 --set m=4 --range x=0.2:1.5 --range A=-0.2:0.2 --range b=0.5:1.5 --set tol=1e-9 --set steps=5 --set len=8
/* construct: arrays that a while loop overwrites in each iteration */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

static double dot(const double *a, const double *b, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += a[i] * b[i];
    return s;
}

/* Conjugate gradients with A A' + 2 I: a copy of each vector per iteration. */
AD_GRAD(A, b)
double room_cg(AD_LEN(n *n) const double *A, AD_LEN(n) const double *b, int n, double tol)
{
    double *x = calloc((size_t)n, sizeof *x), *r = malloc((size_t)n * sizeof *r), *p = malloc((size_t)n * sizeof *p),
           *q = malloc((size_t)n * sizeof *q), *t = malloc((size_t)n * sizeof *t);
    for (int i = 0; i < n; i++)
        r[i] = p[i] = b[i];
    double rr = dot(r, r, n);
    int steps = 0;
    while (rr > tol && steps < 8) {
        for (int i = 0; i < n; i++) {
            t[i] = 0;
            for (int j = 0; j < n; j++)
                t[i] += A[j * n + i] * p[j];
        }
        for (int i = 0; i < n; i++)
            q[i] = 2 * p[i] + dot(A + i * n, t, n);
        double alpha = rr / dot(p, q, n);
        for (int i = 0; i < n; i++) {
            x[i] += alpha * p[i];
            r[i] -= alpha * q[i];
        }
        double next = dot(r, r, n), beta = next / rr;
        for (int i = 0; i < n; i++)
            p[i] = r[i] + beta * p[i];
        rr = next;
        steps++;
    }
    double e = dot(x, x, n);
    free(x);
    free(r);
    free(p);
    free(q);
    free(t);
    return e;
}

/* Two dimensions, the loop left in its middle, one branch that keeps. */
AD_GRAD(x)
double room_rows(AD_LEN(n) const double *x, int n, int m, int steps)
{
    double u[n][m], e = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            u[i][j] = x[i] * (j + 1);
    for (int k = 0;; k++) {
        double most = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++) {
                u[i][j] = sin(u[i][j] + x[(i + j) % n]);
                most = fmax(most, u[i][j]);
            }
        if (most < 0.1 || k == steps)
            break;
        if (k % 2)
            for (int j = m - 1; j >= 0; j--) {
                u[0][j] = tanh(u[n - 1][j]);
                e += u[0][j] * u[0][j];
            }
        e += most * u[n - 1][m - 1];
    }
    return e;
}

/* Rows whose length each iteration halves: known where its loops begin. */
AD_GRAD(x)
double room_halves(AD_LEN(len) const double *x, int len)
{
    double a[64];
    int n = len < 64 ? len : 64;
    for (int i = 0; i < n; i++)
        a[i] = x[i];
    do {
        n = n / 2;
        for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++)
                a[i] += 0.1 * sin(a[k + n]) * a[i];
    } while (n > 1);
    return a[0];
}

/* Loops without end around and inside. */
AD_GRAD(x)
double room_nested(AD_LEN(n) const double *x, int n, int steps)
{
    double *v = malloc((size_t)n * sizeof *v), e = 0;
    for (int i = 0; i < n; i++)
        v[i] = x[i];
    for (int k = 0; k < steps; k++) {
        int tries = 0;
        double s = 0;
        while (tries < k && s < 40) {
            for (int i = 0; i < n; i++) {
                v[i] = v[i] * cos(v[i]);
                double w = v[i];
                while (w > 0.3)
                    w *= w * 0.6;
                s += w;
            }
            tries++;
            if (s > 5)
                for (int i = 1; i < n; i++)
                    s += exp(-v[i - 1] * v[i]);
        }
        e += s;
    }
    free(v);
    return e;
}

/* An element that another iteration has overwritten is not what was copied; float, and none at all. */
AD_VJP(x -> y)
void room_chain(AD_LEN(n) const float *x, AD_LEN(n) float *y, int n, int m)
{
    float v[64];
    int k = 0;
    for (int i = 0; i < n; i++)
        v[i] = x[i];
    while (k < 3 && v[0] < 9) {
        for (int i = 1; i < n; i++)
            v[i] = 0.5f * v[i] * v[i - 1];
        for (int i = 0; i < m - n; i++)
            v[i] *= v[i];
        k++;
    }
    for (int i = 0; i < n; i++)
        y[i] = v[i];
}

/* What is the same in all iterations of the inner loop, but not in those of the outer one; lengths that are constants. */
AD_GRAD(x)
double room_same(AD_LEN(n) const double *x, int n, int steps)
{
    double v[8] = {1, 2}, w[3] = {0.5, 0.25, 0.125}, s = 0;
    int k = 0;
    do {
        double c = s;
        for (int i = 0; i < n; i++) {
            c = 0.3 * v[k % 2] * sin(v[k % 2] * x[k % n]) * c + 0.1 * x[i];
            s += 0.1 * c * c;
        }
        for (int i = 0; i < 3; i++) {
            w[i] = exp(-w[i] * s);
            s = cos(s) * w[i];
        }
        v[k % 2] += 0.1 * s;
    } while (++k < steps);
    return s;
}

/* How often the inner loop runs is read from memory that the loop changes: on the stack. */
AD_GRAD(x)
double near_lengths(AD_LEN(n) const double *x, int n, int steps)
{
    int length[8] = {1, 3, 2, 4, 1, 2, 3, 1}, k = 0;
    double s = x[0];
    while (k < steps && fabs(s) < 100) {
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < length[(k + i) % 8]; j++)
                s = sin(s * x[(i + j) % n]) + x[i];
        length[k % 8]++;
        k++;
    }
    return s;
}

/* What one iteration keeps fills several pieces of the stack, all of which are read when it is reversed. */
AD_GRAD(a, b)
double room_wide(double a, double b, int n)
{
    double s = 1, before = 0;
    int k = 0, wide = 300 + n;
    while (fabs(s - before) > 1e-3 && k++ < 4) {
        before = s;
        s = 0.5;
        for (int i = 0; i < wide; i++) {
            double row = 0;
            for (int j = 0; j < wide; j++) {
                double t = a * i * before / wide + b * j / wide;
                if (t > 0.1)
                    row += sin(t) * exp(-t * b);
            }
            s += tanh(row * before / wide) / wide;
        }
    }
    return s;
}
