// check: --set rows=3 --set n=5 --set target=2 --range x=-0.7:1.2
/* Rows of weights of which one is looked at (`one_`: the reverse sums one product, not n), or several. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

static void softmax(const double *x, double *p, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        p[i] = exp(x[i]);
        sum += p[i];
    }
    for (int i = 0; i < n; i++)
        p[i] /= sum;
}

AD_GRAD(x)
double one_of_rows(AD_LEN(rows * n) const double *x, int rows, int n)
{
    double *p = malloc(n * sizeof *p), loss = 0;
    for (int r = 0; r < rows; r++) {
        softmax(x + r * n, p, n);
        loss -= log(p[r % n]);
    }
    free(p);
    return loss / rows;
}

AD_GRAD(x)
double one_alone(AD_LEN(n) const double *x, int n, int target)
{
    double *p = calloc(n, sizeof *p);
    softmax(x, p, n);
    double loss = -log(p[target % n]);
    free(p);
    return loss;
}

/* Normalised by the length, in an array of constant size. */
AD_GRAD(x)
double one_of_twenty(AD_LEN(20 * rows) const double *x, int rows)
{
    double p[20], loss = 0;
    for (int r = 0; r < rows; r++) {
        double squares = 0;
        for (int i = 0; i < 20; i++) {
            p[i] = sin(x[r * 20 + i]);
            squares += p[i] * p[i];
        }
        double length = sqrt(squares);
        for (int i = 0; i < 20; i++)
            p[i] *= length;
        loss += p[r * 7 % 20] * p[r * 7 % 20];
    }
    return loss;
}

/* The right one and the one next to it. */
AD_GRAD(x)
double two_of_rows(AD_LEN(rows * n) const double *x, int rows, int n)
{
    double *p = malloc(n * sizeof *p), loss = 0;
    for (int r = 0; r < rows; r++) {
        softmax(x + r * n, p, n);
        loss -= log(p[r % n]) - p[(r + 1) % n];
    }
    free(p);
    return loss;
}

/* The one, and all. */
AD_GRAD(x)
double two_and_entropy(AD_LEN(rows * n) const double *x, int rows, int n)
{
    double *p = malloc(n * sizeof *p), loss = 0;
    for (int r = 0; r < rows; r++) {
        softmax(x + r * n, p, n);
        for (int i = 0; i < n; i++)
            loss += 0.1 * p[i] * log(p[i]);
        loss -= log(p[r % n]);
    }
    free(p);
    return loss;
}

/* One of all, where the weights are those of a part. */
AD_GRAD(x)
double two_of_part(AD_LEN(rows * n) const double *x, int rows, int n)
{
    double *p = malloc(n * sizeof *p), loss = 0;
    for (int r = 0; r < rows; r++) {
        p[n - 1] = x[r * n];
        softmax(x + r * n, p, n - 1);
        loss -= log(2 + p[r % n]);
    }
    free(p);
    return loss;
}

/* Sums that do not vanish with the element. */
AD_GRAD(x)
double two_shifted(AD_LEN(rows * n) const double *x, int rows, int n)
{
    double *p = malloc(n * sizeof *p), loss = 0;
    for (int r = 0; r < rows; r++) {
        double scale = 0;
        for (int i = 0; i < n; i++) {
            p[i] = cos(x[r * n + i]);
            scale += x[r * n + i];
        }
        for (int i = 0; i < n; i++) {
            loss += scale * p[i] * 0.1;
            p[i] = p[i] * scale;
        }
        loss -= p[r % n];
    }
    free(p);
    return loss;
}
