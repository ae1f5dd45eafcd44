// check: --set n=7 --set m=4 --set steps=3
/* States that live in the rows that are kept of them (transform/rows.c), and some that must not: tests/reverse_loops.sh says which is
 * which, and that the bits are those without it. Functions that it changes twice (the array that is copied as well) begin with both_. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Filled in three pieces, copied back. */
AD_GRAD(x, w)
double both_pieces(AD_LEN(n) const double *x, AD_LEN(n) const double *w, int n, int steps)
{
    double *u = malloc(n * sizeof *u), *next = malloc(n * sizeof *next), sum = 0;
    for (int i = 0; i < n; i++)
        u[i] = x[i];
    for (int t = 0; t < steps; t++) {
        next[0] = u[1] * u[0];
        for (int i = n - 2; i >= 1; i--)
            next[i] = 0.5 * u[i] * u[i + 1] * w[i] + 0.3 * u[i - 1];
        next[n - 1] = u[n - 1] * w[t];
        memcpy(u, next, sizeof(double) * n);
    }
    for (int i = 0; i < n; i++)
        sum += u[i] * u[i];
    free(next);
    free(u);
    return sum;
}

/* Ends that stay, arrays of variable length, steps that begin at 1. */
AD_GRAD(x)
float both_ends(AD_LEN(n) const float *x, int n, int steps)
{
    float u[n], next[n], sum = 0;
    memcpy(u, x, n * sizeof *u);
    for (int t = 1; t <= steps; t++) {
        for (int i = 1; i < n - 2; i++)
            next[i] = u[i] * u[i + 1] + 0.3f * u[i - 1] * u[i];
        for (int i = 1; i < n - 2; i++)
            u[i] = next[i];
        sum += u[2] * t;
    }
    for (int i = 0; i < n; i++)
        sum += u[i] * u[i];
    return sum;
}

/* Rows and columns of constant size, zeros at first. What is read of next behind the copy would be the same, but is behind it. */
AD_GRAD(x)
double both_plate(const double x[5][6], int steps)
{
    double (*u)[6] = calloc(5, sizeof *u), next[5][6], sum = 0;
    for (int i = 1; i < 4; i++)
        for (int j = 0; j < 6; j++)
            u[i][j] = x[i][j];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 5; i++)
            for (int j = 0; j < 6; j++)
                next[i][j] = 0.9 * u[i][j] * u[(i + 1) % 5][j] + 0.3 * u[i][(j + 2) % 6] * u[i][j];
        for (int i = 0; i < 5; i++)
            for (int j = 0; j < 6; j++)
                u[i][j] = next[i][j];
    }
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 6; j++)
            sum += u[i][j] * u[i][j];
    free(u);
    return sum;
}

/* Overwritten in place by a loop that reads its own element; an end is set behind it, and read. */
AD_GRAD(x, p)
double in_place(AD_LEN(n) const double *x, AD_LEN(n) const double *p, int n, int steps)
{
    double y[n], k[n], sum = 0;
    memcpy(y, x, n * sizeof *y);
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < n; i++)
            k[i] = p[i] * sin(y[i]) * y[(i + 1) % n];
        for (int i = 0; i < n; i++)
            y[i] += 0.1 * k[i];
        sum += y[n - 1] * y[0];
        y[0] = y[1];
    }
    for (int i = 0; i < n; i++)
        sum += y[i] * y[i];
    return sum;
}

/* An array of rows, n by m, copied from one that holds more. */
AD_GRAD(x)
double field(int n, int m, AD_LEN(n *m) const double *x, int steps)
{
    double u[n][m], next[n][m], sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            next[i][j] = u[i][j] = x[i * m + j];
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++)
                next[i][j] = u[i][j] * (u[i - 1][j] + u[i + 1][j]) * 0.25 + u[i][j - 1] * u[i][j + 1] * 0.125;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++)
                u[i][j] = next[i][j];
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            sum += u[i][j] * u[i][j];
    return sum;
}

/* One loop of steps behind another: the second's copies are of the first's last row. */
AD_GRAD(x)
double two_phases(AD_LEN(n) const double *x, int n, int steps)
{
    double u[9] = {0}, sum = 0;
    for (int i = 0; i < n; i++)
        u[i] = x[i];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 8; i++)
            sum += u[i] * u[i + 1];
        for (int i = 0; i < 9; i++)
            u[i] = 0.9 * u[i] + 0.01 * t;
    }
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 8; i++)
            sum += u[i] * u[i] * u[i + 1];
        for (int i = 0; i < 9; i++)
            u[i] = 0.8 * u[i];
    }
    return sum;
}

/* Not: the loop that overwrites it reads what it has overwritten. */
AD_GRAD(x)
double not_seidel(AD_LEN(n) const double *x, int n, int steps)
{
    double u[8], sum = 0;
    for (int i = 0; i < 8; i++)
        u[i] = x[i % n];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 7; i++)
            sum += u[i] * u[i] * u[i + 1];
        for (int i = 0; i < 8; i++)
            u[i] = 0.5 * u[i] + 0.2 * u[i > 0 ? i - 1 : 0];
    }
    return sum;
}

/* Not: not in each step. */
AD_GRAD(x)
double not_always(AD_LEN(n) const double *x, int n, int steps)
{
    double u[8], sum = 0;
    for (int i = 0; i < 8; i++)
        u[i] = x[i % n];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 7; i++)
            sum += u[i] * u[i] * u[i + 1];
        if (t % 2 == 0)
            for (int i = 0; i < 8; i++)
                u[i] = 0.5 * u[i] + 0.2;
    }
    return sum;
}

/* Not: a range that grows. */
AD_GRAD(x)
double not_steady(AD_LEN(n) const double *x, int n, int steps)
{
    double u[8], sum = 0;
    for (int i = 0; i < 8; i++)
        u[i] = x[i % n];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 7; i++)
            sum += u[i] * u[i] * u[i + 1];
        for (int i = 0; i < t + 1; i++)
            u[i] = 0.5 * u[i] + 0.2;
    }
    return sum;
}

/* Not: every second element. */
AD_GRAD(x)
double not_dense(AD_LEN(n) const double *x, int n, int steps)
{
    double u[8], sum = 0;
    for (int i = 0; i < 8; i++)
        u[i] = x[i % n];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 7; i++)
            sum += u[i] * u[i] * u[i + 1];
        for (int i = 0; i < 4; i++)
            u[2 * i] = 0.5 * u[2 * i] + 0.2;
    }
    return sum;
}

/* Not: the function says what it does when there is no memory. */
AD_GRAD(x)
double not_checked(AD_LEN(n) const double *x, int n, int steps)
{
    double *u = malloc(n * sizeof *u), sum = 0;
    if (u)
        for (int i = 0; i < n; i++)
            u[i] = x[i];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i + 1 < n; i++)
            sum += u[i] * u[i] * u[i + 1];
        for (int i = 0; i < n; i++)
            u[i] = 0.5 * u[i];
    }
    free(u);
    return sum;
}

/* One of the two only: what is copied has more in it than the step fills, */
AD_GRAD(x)
double once_partly(AD_LEN(n) const double *x, int n, int steps)
{
    double *u = malloc(n * sizeof *u), *next = calloc(n, sizeof *next), sum = 0;
    for (int i = 0; i < n; i++)
        u[i] = x[i];
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            next[i] = u[i - 1] * u[i + 1];
        for (int i = 0; i < n; i++)
            u[i] = next[i];
    }
    for (int i = 0; i < n; i++)
        sum += u[i];
    free(next);
    free(u);
    return sum;
}

/* is read before it is filled, */
AD_GRAD(x)
double once_read(AD_LEN(n) const double *x, int n, int steps)
{
    double u[8], next[8] = {0}, sum = 0;
    for (int i = 0; i < 8; i++)
        u[i] = x[i % n];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 8; i++)
            sum += next[i] * x[i % n];
        for (int i = 0; i < 8; i++)
            next[i] = u[i] * u[(i + 1) % 8];
        for (int i = 0; i < 8; i++)
            u[i] = next[i];
    }
    return sum;
}

/* is used behind the loop, */
AD_GRAD(x)
double once_after(AD_LEN(n) const double *x, int n, int steps)
{
    double u[8], next[8] = {0}, sum = 0;
    for (int i = 0; i < 8; i++)
        u[i] = x[i % n];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 8; i++)
            next[i] = u[i] * u[(i + 1) % 8];
        for (int i = 0; i < 8; i++)
            u[i] = next[i];
    }
    for (int i = 0; i < 8; i++)
        sum += next[i];
    return sum;
}

/* or goes elsewhere. */
AD_GRAD(x)
double once_shifted(AD_LEN(n) const double *x, int n, int steps)
{
    double u[8], next[9], sum = 0;
    for (int i = 0; i < 8; i++)
        u[i] = x[i % n];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 9; i++)
            next[i] = u[i % 8] * u[(i + 1) % 8];
        for (int i = 0; i < 8; i++)
            u[i] = next[i + 1];
    }
    for (int i = 0; i < 8; i++)
        sum += u[i] * u[i];
    return sum;
}
