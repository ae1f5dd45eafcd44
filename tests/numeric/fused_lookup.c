// check: --set n=6 --set rows=4 --set m=3
/* Scratch of one iteration that is read at places which the iteration chooses; and scratch that only looks like it: what is read was
 * left by an earlier iteration. Adjoints of sums that ifs and inner loops only hand on. Sums in arrays. In functions that start with
 * `at_once_` all loops that have sums are reversed at once; in those with `later_` one is not: reverse_loops.sh looks. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

AD_GRAD(x)
double picked(AD_LEN(rows *n) const double *x, int rows, int n)
{
    double *p = malloc(n * sizeof *p), loss = 0;
    for (int r = 0; r < rows; r++) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            p[i] = exp(0.3 * x[r * n + i]);
            sum += p[i];
        }
        for (int i = 0; i < n; i++)
            p[i] /= sum;
        loss -= log(p[(r * r + 1) % n]);
        if (r % 2)
            loss += p[r % n] * p[(r + 2) % n];
    }
    free(p);
    return loss;
}

/* Each iteration reads what the one before has left. */
AD_GRAD(x)
double left_behind(AD_LEN(rows *n) const double *x, int rows, int n)
{
    double q[6], s = 0;
    for (int r = 0; r < rows; r++) {
        if (r > 0)
            s += q[(2 * r) % 6] * q[r % 6];
        for (int i = 0; i < 6 && i < n; i++)
            q[i] = sin(x[r * n + i]);
        s += q[(r + 3) % 6];
    }
    return s;
}

/* The read is beside the write: of this iteration where i is even, of the one before where it is odd. */
AD_GRAD(x)
double beside(AD_LEN(rows *n) const double *x, int rows, int n)
{
    double *q = malloc((n + 1) * sizeof *q), s = 0;
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < n; i++) {
            q[i] = x[r * n + i] * x[r * n];
            if (r > 0 || i % 2 == 0)
                s += sin(q[i % 2 ? (i + 1) % n : i]);
        }
    free(q);
    return s;
}

/* Some iterations leave an element as it was. */
AD_GRAD(x)
double kept_sometimes(AD_LEN(rows *n) const double *x, int rows, int n)
{
    double q[2], s = 0;
    for (int r = 0; r < rows; r++) {
        if (r % 2 == 0)
            q[0] = x[r * n] * x[r * n + 1];
        q[1] = cos(x[r * n]);
        s += q[r % 2] * q[0];
    }
    return s;
}

AD_GRAD(x)
double near_pairs(AD_LEN(n) const double *x, int n)
{
    double energy = 0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            double r2 = 0.5;
            for (int k = 0; k < 2; k++)
                r2 += (x[i] - x[j]) * (x[i] + k);
            if (r2 >= 1.5)
                continue;
            energy += 1 / r2 - r2 * r2;
        }
    return energy;
}

/* Not a sum: the adjoint changes on the way. */
AD_GRAD(x)
double decayed_pairs(AD_LEN(n) const double *x, int n)
{
    double energy = 0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            if (x[i] * x[j] > 0.5)
                energy = 0.5 * energy + x[i];
            else
                energy += x[j] * x[j];
        }
    return energy;
}

/* What iterations add to an array has one derivative for all of them, which none changes. */
AD_VJP(x -> out)
void lines(AD_LEN(rows *n) const double *restrict x, int rows, int n, AD_LEN(3) double *restrict out)
{
    for (int k = 0; k < 3; k++)
        out[k] = 0;
    for (int i = 0; i < rows * n; i++) {
        double v[3] = {sin(x[i]), exp(-x[i] * x[i]), 0};
        v[2] = v[0] * v[1];
        for (int k = 0; k < 3; k++)
            out[k] += v[k] * v[k] * x[i];
    }
}

/* The histogram of something smooth: which element is added to depends on the iteration. */
AD_VJP(x -> out)
void bins(AD_LEN(rows *n) const double *restrict x, int rows, int n, AD_LEN(n) double *restrict out)
{
    for (int k = 0; k < n; k++)
        out[k] = k;
    for (int i = 0; i < rows * n; i++)
        out[i * i % n] -= sqrt(1 + x[i] * x[i]);
}

/* ... but here what has been added is read again, */
AD_VJP(x -> out)
void running(AD_LEN(rows *n) const double *restrict x, int rows, int n, AD_LEN(2) double *restrict out)
{
    out[0] = out[1] = 0;
    for (int i = 0; i < rows * n; i++) {
        out[0] += sin(x[i]);
        out[1] += cos(out[0]) * x[i];
    }
}

/* here it shrinks, so that each iteration has another derivative, */
AD_VJP(x -> out)
void fading(AD_LEN(rows *n) const double *restrict x, int rows, int n, AD_LEN(2) double *restrict out)
{
    out[0] = out[1] = 0;
    for (int i = 0; i < rows * n; i++)
        for (int k = 0; k < 2; k++)
            out[k] = 0.9 * out[k] + sin(x[i] * (k + 1));
}

/* and here the derivative is known only when what comes afterwards has been reversed. */
AD_VJP(x -> out)
void squared(AD_LEN(rows *n) const double *restrict x, int rows, int n, AD_LEN(2) double *restrict out)
{
    out[0] = out[1] = 0;
    for (int i = 0; i < rows * n; i++)
        for (int k = 0; k < 2; k++)
            out[k] += sin(x[i] * (k + 1)) * cos(x[i]);
    for (int k = 0; k < 2; k++)
        out[k] *= out[k];
}

/* The adjoint of the sum comes through the reverse of the second loop. */
AD_GRAD(x, y)
double at_once_both(AD_LEN(rows *n) const double *x, AD_LEN(n) const double *y, int rows, int n)
{
    double s = 0;
    for (int r = 0; r < rows; r++) {
        double t = 0;
        for (int i = 0; i < n; i++)
            t += x[r * n + i] * y[i];
        s += t * t;
    }
    for (int i = 0; i < n; i++)
        s += y[i] * y[i] * y[i];
    return s;
}

/* The derivative of rate starts from what is known behind the loop only. */
AD_GRAD(x, rate)
double at_once_late(AD_LEN(n) const double *x, double rate, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += sin(rate * x[i]) * rate;
    return exp(-rate) * s;
}

/* The adjoint of s starts from s: that of a sum, but not known before. */
AD_GRAD(x)
double later_squared(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += sin(x[i]);
    return s * s;
}

/* What is added to differs from row to row, what is cleared does not. */
AD_GRAD(x, w)
double at_once_bag(AD_LEN(rows *n) const double *x, AD_LEN(n) const double *w, int rows, int n)
{
    double *mean = malloc(n * sizeof *mean), s = 0;
    for (int r = 0; r < rows; r++) {
        int words = r % 3 + 1;
        for (int d = 0; d < n; d++)
            mean[d] = 0;
        for (int k = 0; k < words; k++)
            for (int d = 0; d < n; d++)
                mean[d] += x[(r + k) % rows * n + d];
        double z = 0.1;
        for (int d = 0; d < n; d++)
            z += w[d] * mean[d] / words;
        s += z > 0 ? log1p(exp(-z)) : log1p(exp(z)) * r;
    }
    free(mean);
    return s;
}

/* The first element is what the rows before have left. */
AD_GRAD(x, w)
double later_bag(AD_LEN(rows *n) const double *x, AD_LEN(n) const double *w, int rows, int n)
{
    double *mean = malloc(n * sizeof *mean), s = 0;
    for (int r = 0; r < rows; r++) {
        if (r == 0)
            mean[0] = w[0];
        for (int d = 1; d < n; d++)
            mean[d] = 0;
        for (int k = 0; k < r % 3 + 1; k++)
            for (int d = 0; d < n; d++)
                mean[d] += x[(r + k) % rows * n + d];
        for (int d = 0; d < n; d++)
            s += w[d] * mean[d] * mean[d];
    }
    free(mean);
    return s;
}

/* Two rows share the last element: it is cleared for the even ones. */
AD_GRAD(x)
double later_cleared(AD_LEN(rows *n) const double *x, int rows, int n)
{
    double *q = malloc(n * sizeof *q), s = 0;
    for (int r = 0; r < rows; r++) {
        for (int d = 0; d < n - r % 2; d++)
            q[d] = 0;
        for (int d = 0; d < n; d++)
            q[d] += x[r * n + d];
        for (int d = 0; d < n; d++)
            s += q[d] * q[d];
    }
    free(q);
    return s;
}

/* Channels are apart, though the loop over the images is within. */
AD_VJP(x, g -> y)
void at_once_channels(AD_LEN(n *rows *m) const double *x, AD_LEN(rows) const double *g, AD_LEN(n *rows *m) double *y, int rows, int n, int m)
{
    for (int c = 0; c < rows; c++) {
        double mean = 0;
        for (int b = 0; b < n; b++)
            for (int i = 0; i < m; i++)
                mean += x[(b * rows + c) * m + i];
        mean /= n * m;
        for (int b = 0; b < n; b++)
            for (int i = 0; i < m; i++)
                y[(b * rows + c) * m + i] = g[c] * (x[(b * rows + c) * m + i] - mean);
    }
}

/* One test for both sweeps, in two levels. */
AD_GRAD(x)
double at_once_tests(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double v = x[i] * x[(i + 1) % n];
        if (v > 0.5)
            s += exp(-v);
        else if (v > 0.2)
            s += exp(v) * i;
        else
            s -= v * v * v;
    }
    return s;
}

/* A square root that is not taken again. */
AD_GRAD(x)
double at_once_roots(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0)
            s += sqrt(x[i] * x[i - 1] + 5.5);
        if (i % 3)
            s += x[i] * x[i];
    }
    return s;
}
