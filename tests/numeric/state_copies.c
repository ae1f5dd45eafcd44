// check: --set n=7 --set m=5 --set steps=3 --len k=n --len w=n
#include <adgen.h>
#include <stdlib.h>
#include <string.h>

/* Arrays that each step of a loop overwrites: copied once in a step, where that is less (storage_snapshot.c). */

AD_GRAD(first, k)
double rod(AD_LEN(n) const double *first, const double *k, int n, int steps)
{
    double *u = malloc(n * sizeof *u), *next = malloc(n * sizeof *next), sum = 0;
    memcpy(u, first, n * sizeof *u);
    for (int t = 0; t < steps; t++) {
        next[0] = u[0] + 0.2 * k[0] * (u[1] - u[0]);
        for (int i = 1; i < n - 1; i++)
            next[i] = u[i] + 0.2 * (k[i] * (u[i + 1] - u[i]) - k[i - 1] * (u[i] - u[i - 1]) * u[i]);
        next[n - 1] = u[n - 1] * u[n - 1];
        memcpy(u, next, n * sizeof *u);
    }
    for (int i = 0; i < n; i++)
        sum += u[i] * u[i];
    free(u);
    free(next);
    return sum;
}

/* Two dimensions, arrays of variable length, floats. */
AD_GRAD(first)
float plate(int n, int m, AD_LEN(n * m) const float *first, int steps)
{
    float u[n][m], next[n][m], sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            next[i][j] = u[i][j] = first[i * m + j];
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++)
                next[i][j] = u[i][j] * (u[i - 1][j] + u[i + 1][j]) * 0.25f + u[i][j - 1] * u[i][j + 1] * 0.125f;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++)
                u[i][j] = next[i][j];
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            sum += u[i][j];
    return sum;
}

/* The same of constant size. */
AD_GRAD(first)
double small_plate(const double first[8][7], int steps)
{
    double u[8][7], next[8][7], sum = 0;
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < 7; j++)
            next[i][j] = u[i][j] = first[i][j];
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < 7; i++)
            for (int j = 0; j < 6; j++)
                next[i][j] = u[i][j] * (u[i - 1][j] + u[i + 1][j]) * 0.25 + u[i][j] * u[i][j + 1] * 0.125;
        for (int i = 0; i < 8; i++)
            for (int j = 0; j < 7; j++)
                u[i][j] = next[i][j];
    }
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < 7; j++)
            sum += u[i][j] * u[i][j];
    return sum;
}

/* Constant sizes; each of two arrays from the other, within a loop of its own; an outer loop. */
AD_GRAD(x)
double leapfrog(const double x[6], int steps, int m)
{
    double p[6], v[6], sum = 0;
    for (int s = 0; s < m; s++) {
        for (int i = 0; i < 6; i++) {
            p[i] = x[i] * (s + 1);
            v[i] = 0.1 * x[5 - i];
        }
        for (int t = 0; t < steps; t++) {
            for (int i = 1; i < 5; i++)
                v[i] += 0.1 * (p[i + 1] - p[i]) * (p[i] - p[i - 1]) * p[i];
            for (int i = 1; i < 5; i++)
                p[i] += 0.1 * v[i] * v[i - 1] * v[i + 1];
        }
        for (int i = 0; i < 6; i++)
            sum += p[i] * v[i];
    }
    return sum;
}

/* Loads behind a test. */
AD_GRAD(x)
double tested(AD_LEN(n) const double *x, int n, int steps)
{
    double *u = malloc(n * sizeof *u), sum = 0;
    for (int i = 0; i < n; i++)
        u[i] = x[i];
    for (int t = 0; t < steps; t++) {
        if (t % 2 == 0)
            for (int i = 1; i < n - 1; i++)
                sum += u[i - 1] * u[i] * u[i + 1];
        for (int i = 0; i < n; i++)
            u[i] = u[i] * 0.5 + x[n - 1 - i];
    }
    free(u);
    return sum;
}

/* In place: u[i - 1] is this step's, u[i + 1] the last one's. No copy has both. */
AD_GRAD(x)
double sweep(AD_LEN(n) const double *x, int n, int steps)
{
    double *u = malloc(n * sizeof *u), sum = 0;
    for (int i = 0; i < n; i++)
        u[i] = x[i];
    for (int t = 0; t < steps; t++)
        for (int i = 1; i < n - 1; i++)
            u[i] = u[i] * (u[i - 1] + u[i + 1]) * 0.5 + u[i - 1] * u[i + 1];
    for (int i = 0; i < n; i++)
        sum += u[i];
    free(u);
    return sum;
}

/* A large object of which each step reads a little: its values are kept. */
AD_GRAD(x, w)
double little(AD_LEN(n) const double *x, const double *w, int n, int steps)
{
    double u[4096] = {0}, sum = 0;
    for (int i = 0; i < n; i++)
        u[i] = x[i];
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            sum += w[i] * (u[i + 1] - u[i]) * (u[i] - u[i - 1]);
        for (int i = 0; i < n; i++)
            u[i] *= u[i] * 0.7;
    }
    return sum;
}

/* One element changes in each step: that is taken back, and nothing is copied. */
AD_GRAD(x)
double seldom(AD_LEN(n) const double *x, int n, int steps)
{
    double *u = malloc(n * sizeof *u), sum = 0;
    for (int i = 0; i < n; i++)
        u[i] = x[i];
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            sum += u[i] * u[i + 1] * u[i - 1];
        u[t % n] = sum * 0.01;
    }
    free(u);
    return sum;
}

/* A filter's covariance: products of small matrices in all steps but the first. Each element is read four times in one nest. */
AD_GRAD(start, F)
double covariance(const double start[3][3], const double F[3][3], int steps)
{
    double P[3][3], FP[3][3], x[3] = {1, 2, 3}, sum = 0;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            P[i][j] = start[i][j];
    for (int t = 0; t < steps; t++) {
        if (t > 0) {
            double fx[3];
            for (int i = 0; i < 3; i++) {
                fx[i] = 0;
                for (int j = 0; j < 3; j++)
                    fx[i] += F[i][j] * x[j];
            }
            for (int i = 0; i < 3; i++)
                x[i] = fx[i] * P[i][i];
            for (int i = 0; i < 3; i++)
                for (int j = 0; j < 3; j++) {
                    FP[i][j] = 0;
                    for (int k = 0; k < 3; k++)
                        FP[i][j] += F[i][k] * P[k][j];
                }
            for (int i = 0; i < 3; i++)
                for (int j = 0; j < 3; j++) {
                    P[i][j] = i == j;
                    for (int k = 0; k < 3; k++)
                        P[i][j] += FP[i][k] * F[j][k];
                }
        }
        sum += x[0] * x[1] + P[0][0] * P[2][1];
    }
    return sum;
}

/* A power's steps: the vector is read n times in each. */
AD_GRAD(A, first)
double power(AD_LEN(n * n) const double *A, AD_LEN(n) const double *first, int n, int steps)
{
    double *v = malloc(n * sizeof *v), *next = malloc(n * sizeof *next), sum = 0;
    int t = 0;
    for (int i = 0; i < n; i++)
        v[i] = first[i];
    while (t < steps) {
        if (t % 3 != 2) {
            for (int i = 0; i < n; i++) {
                double s = 0;
                for (int k = 0; k < n; k++)
                    s += A[i * n + k] * v[k];
                next[i] = s;
            }
            for (int i = 0; i < n; i++)
                v[i] = next[i] * 0.25;
        }
        t++;
    }
    for (int i = 0; i < n; i++)
        sum += v[i] * v[i];
    free(v);
    free(next);
    return sum;
}
