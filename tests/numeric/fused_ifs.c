// check: --set n=7 --set k=3
// construct: control flow: early returns and ifs around loops over independent samples
/* Loops over samples behind a guard, or in an if: both sweeps' ifs become one, and each iteration is reversed at once. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

AD_GRAD(x, b)
double in_guarded(AD_LEN(n) const double *x, int n, double b)
{
    double s = 0;
    if (n <= 0)
        return 0;
    for (int i = 0; i < n; i++)
        s += exp(x[i] * b) * x[i];
    return s / n;
}

/* Two guards, scratch, and a way out where there is no memory. */
AD_GRAD(x, w)
double in_scratch(AD_LEN(n) const double *x, AD_LEN(k) const double *w, int n, int k)
{
    if (n <= 0 || !w)
        return -1;
    if (k < 1)
        return -2;
    double *t = malloc(k * sizeof *t), total = 0;
    if (!t)
        return NAN;
    for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int j = 0; j < k; j++) {
            t[j] = exp(w[j] * x[i]);
            sum += t[j];
        }
        for (int j = 0; j < k; j++)
            total += t[j] / sum * w[j];
    }
    free(t);
    return total;
}

/* One branch of two; what follows only adds. */
AD_GRAD(x, w)
double in_branch(AD_LEN(n) const double *x, AD_LEN(n) const double *w, int n, int k)
{
    double s = 0, r = 0;
    if (k > 2) {
        for (int i = 0; i < n; i++)
            s += tanh(w[i] * x[i]) * w[i];
        s *= k;
    } else {
        s = x[0] * w[0];
    }
    for (int i = 0; i < n; i++)
        r += w[i];
    return s + r;
}

/* The derivative of the sum is known only behind the if. */
AD_GRAD(x)
double out_square(AD_LEN(n) const double *x, int n, int k)
{
    double s = 0, t = 1;
    if (k > 2) {
        for (int i = 0; i < n; i++)
            s += exp(x[i]) * x[i];
        t = s * s;
    }
    return t * s;
}

/* Each iteration reads what the one before wrote. */
AD_GRAD(x)
double out_carried(AD_LEN(n) const double *x, int n)
{
    if (n <= 0)
        return 0;
    double *y = malloc((n + 1) * sizeof *y), s = 0;
    y[0] = 1;
    for (int i = 0; i < n; i++) {
        y[i + 1] = sin(y[i] * x[i]);
        s += y[i + 1] * x[i];
    }
    free(y);
    return s;
}

/* What is written behind the if gives the derivative of what the loop writes. */
AD_VJP(x -> y)
void out_overwritten(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n, int k)
{
    if (k > 2)
        for (int i = 0; i < n; i++)
            y[i] = exp(x[i]) * x[i];
    for (int i = 1; i < n; i++)
        y[i] += y[i - 1] * y[i];
}

/* A mean over the samples that count: how many these are is found first. */
AD_GRAD(x)
double in_mean(AD_LEN(n) const double *x, AD_LEN(n) const double *w, int n, int k)
{
    double s = 0, weights = 0, *t = malloc(k * sizeof *t);
    int used = 0;
    for (int i = 0; i < n; i++) {
        if (w[i] < -0.9)
            continue;
        double sum = 0;
        for (int j = 0; j < k; j++) {
            t[j] = exp(x[i] * j);
            sum += t[j];
        }
        s += w[i] * t[k - 1] / sum;
        weights += w[i] * w[i];
        used++;
    }
    free(t);
    return used > 0 ? s / (used + weights) : 0;
}

/* How many count is known only when all is computed. */
AD_GRAD(x)
double out_mean(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    int used = 0;
    for (int i = 0; i < n; i++) {
        double e = exp(x[i]);
        if (e < 0.5)
            continue;
        s += e * x[i];
        used++;
    }
    return s / used;
}

/* ... what it is counted from is overwritten. */
AD_VJP(x -> y)
double out_counted(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    double s = 0, used = 0;
    for (int i = 0; i < n; i++) {
        used += y[0] > 0 ? 1 : 2;
        y[0] = exp(x[i]) - 1;
        s += y[0] * x[i];
    }
    return s / used;
}

/* Scratch that iterations write in two ifs: one may read what another wrote. */
AD_GRAD(x)
double out_two_ifs(AD_LEN(n) const double *x, int n)
{
    double t[2] = {0, 0}, s = 0;
    for (int i = 0; i < n; i++) {
        if (x[i] > 0)
            t[0] = exp(x[i]);
        if (x[i] < 0.3)
            s += t[0] * x[i];
    }
    return s;
}
