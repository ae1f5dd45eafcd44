/* matrices.c: vectors and matrices: products, quadratic forms, dense layers. Matrices are row by row. */
#include "matrices.h"

#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* sum of the elements of x W, x[n], W[n][m] */
AD_GRAD(W)
double sum_product(int n, int m, AD_LEN(n) const double *x, AD_LEN(n *m) const double *W)
{
    double sum = 0;
    for (int j = 0; j < m; j++) {
        double dot = 0;
        for (int i = 0; i < n; i++)
            dot += x[i] * W[i * m + j];
        sum += dot;
    }
    return sum;
}

/* x^T W x */
AD_GRAD(x)
double quadratic_form(int n, AD_LEN(n) const double *x, AD_LEN(n *n) const double *W)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            sum += x[i] * W[i * n + j] * x[j];
    return sum;
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* out[rows][m] = sigmoid(x[rows][n] W[n][m] + b[m]) */
static void dense(double *out, int rows, int n, int m, const double *x, const double *W, const double *b)
{
    for (int r = 0; r < rows; r++)
        for (int j = 0; j < m; j++) {
            double sum = b[j];
            for (int i = 0; i < n; i++)
                sum += x[r * n + i] * W[i * m + j];
            out[r * m + j] = sigmoid(sum);
        }
}

AD_GRAD(W, b)
double dense_sum(int rows, int n, int m, AD_LEN(rows *n) const double *x, AD_LEN(n *m) const double *W, AD_LEN(m) const double *b)
{
    double *out = malloc((size_t)rows * m * sizeof *out), sum = 0;
    dense(out, rows, n, m, x, W, b);
    for (int i = 0; i < rows * m; i++)
        sum += out[i];
    free(out);
    return sum;
}

/* Two sigmoid layers and half the squared distance from y. */
AD_GRAD(W1, b1, W2, b2)
double two_layers(int rows, int n, int hidden, int m, AD_LEN(rows *n) const double *x, AD_LEN(rows *m) const double *y,
                  AD_LEN(n *hidden) const double *W1, AD_LEN(hidden) const double *b1, AD_LEN(hidden *m) const double *W2,
                  AD_LEN(m) const double *b2)
{
    double *h = malloc((size_t)rows * hidden * sizeof *h);
    double *out = malloc((size_t)rows * m * sizeof *out);
    double loss = 0;
    dense(h, rows, n, hidden, x, W1, b1);
    dense(out, rows, hidden, m, h, W2, b2);
    for (int i = 0; i < rows * m; i++)
        loss += 0.5 * (out[i] - y[i]) * (out[i] - y[i]);
    free(h);
    free(out);
    return loss;
}
