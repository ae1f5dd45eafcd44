// check: --set B=2 --set T=3 --set n=4
// construct: loops: seeds of blocks of rows, which the reverse sweep hands on and clears
#include <adgen.h>
#include <math.h>

/* Rows of one table are added to those of another. */
AD_VJP(table, place -> y)
void block_rows(AD_LEN(B *T *n) double *restrict y, AD_LEN(B *T *n) const double *table, AD_LEN(T *n) const double *place, int B, int T, int n)
{
    for (int b = 0; b < B; b++)
        for (int t = 0; t < T; t++) {
            double *row = y + b * T * n + t * n;
            const double *from = table + ((b * T + t * 5) % (B * T)) * n, *at = place + t * n;
            for (int i = 0; i < n; i++)
                row[i] = from[i] + at[i];
        }
}

AD_VJP(x, w -> y)
void block_scaled(AD_LEN(B *T *n) const float *x, AD_LEN(n) const float *w, AD_LEN(B *T *n) float *y, int B, int T, int n)
{
    for (int b = 0; b < B; b++)
        for (int t = 0; t < T; t++)
            for (int i = 0; i < n; i++)
                y[(b * T + t) * n + i] = w[i] * x[(b * T + t) * n + i] + 0.5f;
}

/* ---------------------------------------------------------------------- not at once */

/* A gap behind each row. */
AD_VJP(x -> y)
void other_gaps(AD_LEN(B *T *(n + 1)) const double *x, AD_LEN(B *T *(n + 1)) double *y, int B, int T, int n)
{
    for (int b = 0; b < B; b++)
        for (int t = 0; t < T; t++)
            for (int i = 0; i < n; i++)
                y[(b * T + t) * (n + 1) + i] = sin(x[(b * T + t) * (n + 1) + i]);
}

/* Rows that get longer. */
AD_VJP(x -> y)
void other_triangles(AD_LEN(B *T *T) const double *x, AD_LEN(B *T *T) double *y, int B, int T)
{
    for (int b = 0; b < B; b++)
        for (int t = 0; t < T; t++)
            for (int i = 0; i <= t; i++)
                y[(b * T + t) * T + i] = 3 * x[(b * T + t) * T + i];
}

/* What is cleared is read again: the row before it takes part. */
AD_VJP(x -> y)
void other_rows_before(AD_LEN(B *T *n) const double *x, AD_LEN(B *T *n) double *y, int B, int T, int n)
{
    for (int b = 0; b < B; b++)
        for (int t = 0; t < T; t++)
            for (int i = 0; i < n; i++)
                y[(b * T + t) * n + i] = x[(b * T + t) * n + i] + (t > 0 ? 0.5 * y[(b * T + t - 1) * n + i] : 0);
}

/* Small blocks of known size. */
AD_VJP(x -> y)
void other_small(AD_LEN(B * 9) const double *x, AD_LEN(B * 9) double *y, int B)
{
    for (int b = 0; b < B; b++)
        for (int r = 0; r < 3; r++)
            for (int c = 0; c < 3; c++)
                y[b * 9 + r * 3 + c] = x[b * 9 + c * 3 + r];
}

/* One block. */
AD_VJP(x -> y)
void other_one(AD_LEN(T *n) const double *x, AD_LEN(T *n) double *y, int T, int n)
{
    for (int t = 0; t < T; t++)
        for (int i = 0; i < n; i++)
            y[t * n + i] = 2 * x[t * n + i];
}

/* Every element is overwritten T times: only the last counts. */
AD_VJP(x -> y)
void other_overwritten(AD_LEN(B *T *n) const double *x, AD_LEN(B *n) double *y, int B, int T, int n)
{
    for (int b = 0; b < B; b++)
        for (int t = 0; t < T; t++)
            for (int i = 0; i < n; i++)
                y[b * n + i] = x[(b * T + t) * n + i] * x[(b * T + t) * n + i];
}

/* In place. */
AD_VJP(y -> y)
void other_in_place(AD_LEN(B *T *n) double *y, int B, int T, int n)
{
    for (int b = 0; b < B; b++)
        for (int t = 0; t < T; t++)
            for (int i = 0; i < n; i++)
                y[(b * T + t) * n + i] = sin(y[(b * T + t) * n + i]);
}

/* What is stored is not what memset stores. */
AD_VJP(x -> y)
void other_negative(AD_LEN(B *T *n) const double *x, AD_LEN(B *T *n) double *y, int B, int T, int n)
{
    for (int b = 0; b < B; b++)
        for (int t = 0; t < T; t++)
            for (int i = 0; i < n; i++)
                y[(b * T + t) * n + i] = -0.0;
    for (int i = 1; i < B * T * n; i += 2)
        y[i] += 2 * x[i];
}
