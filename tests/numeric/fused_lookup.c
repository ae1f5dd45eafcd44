// check: --set n=6 --set rows=4
/* Scratch of one iteration that is read at places which the iteration chooses; and scratch that only looks like it: what is read was
 * left by an earlier iteration. Adjoints of sums that ifs and inner loops only hand on. Sums in arrays. */
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
