// check: --set n=4 --set rows=3 --range x=-2:2 --range w=0.2:1.2
/* Softmax in the ways it is written. In the functions that start with `read_` the reverse sweep reads the weights where they were stored, in those
 * with `keep_` it needs the exponentials: scale.sh looks. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* p and x may be one array. */
static void softmax(double *p, const double *x, int n)
{
    double top = x[0], sum = 0;
    for (int i = 1; i < n; i++)
        if (x[i] > top)
            top = x[i];
    for (int i = 0; i < n; i++) {
        p[i] = exp(x[i] - top);
        sum += p[i];
    }
    for (int i = 0; i < n; i++)
        p[i] /= sum;
}

AD_GRAD(x, w)
AD_NOALIAS
double read_rows(AD_LEN(rows *n) const double *x, AD_LEN(n) const double *w, int rows, int n)
{
    double *p = malloc(n * sizeof *p), loss = 0;
    for (int r = 0; r < rows; r++) {
        softmax(p, x + r * n, n);
        for (int i = 0; i < n; i++)
            loss += w[i] * p[i] * p[i];
        loss -= log(p[r % n]);
    }
    free(p);
    return loss;
}

/* By the reciprocal, with a way out; the log of the sum, too. */
AD_VJP(x -> p, logsum)
AD_NOALIAS
void read_reciprocal(AD_LEN(n) const double *x, AD_LEN(n) double *p, AD_LEN(1) double *logsum, int n)
{
    double top = -1e30, sum = 0;
    for (int i = 0; i < n; i++)
        top = fmax(top, x[i]);
    for (int i = 0; i < n; i++) {
        double e = exp(0.5 * (x[i] - top));
        sum += e;
        p[i] = e;
    }
    double inverse = sum == 0 ? 0 : 1 / sum;
    *logsum = log(sum) + 0.5 * top;
    for (int i = 0; i < n; i++)
        p[i] *= inverse;
}

/* In place; in float. */
AD_VJP(p -> p)
void read_floats(AD_LEN(n) float *p, int n)
{
    float top = p[0], sum = 0;
    for (int i = 0; i < n; i++)
        if (p[i] > top)
            top = p[i];
    for (int i = 0; i < n; i++)
        sum += p[i] = expf(p[i] - top);
    for (int i = 0; i < n; i++)
        p[i] = p[i] / sum;
}

/* All exponentials are 0, and the weights with them. */
AD_VJP(x -> p)
AD_NOALIAS
void read_nothing(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n)
{
    double top = x[0] + 2000, sum = 0, inverse = 0;
    for (int i = 0; i < n; i++) {
        p[i] = exp(x[i] - top);
        sum += p[i];
    }
    if (sum != 0)
        inverse = 1 / sum;
    for (int i = 0; i < n; i++)
        p[i] *= inverse;
}

/* The weights are overwritten. */
AD_VJP(x -> p)
AD_NOALIAS
void keep_overwritten(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n)
{
    softmax(p, x, n);
    for (int i = 0; i < n; i++)
        p[i] = p[i] * p[i] + x[i];
}

/* Another sum of exponentials is a factor in the reverse sweep. */
AD_VJP(x, w -> p, mean)
AD_NOALIAS
void keep_moment(AD_LEN(n) const double *x, AD_LEN(n) const double *w, AD_LEN(n) double *p, AD_LEN(1) double *mean, int n)
{
    double top = x[0], sum = 0, moment = 0;
    for (int i = 1; i < n; i++)
        top = fmax(top, x[i]);
    for (int i = 0; i < n; i++) {
        p[i] = exp(x[i] - top);
        sum += p[i];
        moment += w[i] * p[i];
    }
    *mean = moment * moment / (sum * sum);
    for (int i = 0; i < n; i++)
        p[i] /= sum;
}

/* Nothing is subtracted, or what is does not cancel. */
AD_VJP(x -> p)
AD_NOALIAS
void keep_plain(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += p[i] = exp(x[i]);
    for (int i = 0; i < n; i++)
        p[i] /= sum;
}

AD_VJP(x -> p)
AD_NOALIAS
void keep_larger(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n)
{
    double top = x[0], sum = 1;
    for (int i = 1; i < n; i++)
        top = fmax(top, x[i]);
    for (int i = 0; i < n; i++)
        sum += p[i] = exp(x[i] - top);
    for (int i = 0; i < n; i++)
        p[i] /= sum;
}

/* Only some are divided. */
AD_VJP(x -> p)
AD_NOALIAS
void keep_some(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n)
{
    double top = x[0], sum = 0;
    for (int i = 1; i < n; i++)
        top = fmax(top, x[i]);
    for (int i = 0; i < n; i++)
        sum += p[i] = exp(x[i] - top);
    for (int i = 1; i < n; i++)
        p[i] /= sum;
}
