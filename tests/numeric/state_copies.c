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
            u[i] = u[i] * u[i] * 0.5;
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
