// check: --set n=5 --set m=4 --range x=0.2:1.4 --range theta=-0.4:0.3
// construct: memory: blocks that are freed on several ways out of loops; scratch that is read at an index from memory
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* Freed in the loop that is left: until the end, all of it can be read again. */
AD_GRAD(theta)
double freed_in_loop(AD_LEN(3) const double *theta, AD_LEN(n) const double *x, int n)
{
    double *k = malloc(n * n * sizeof *k), *a = malloc(n * sizeof *a), ll = 0;
    if (!k || !a) {
        free(k);
        free(a);
        return NAN;
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            k[i * n + j] = exp(theta[0] - 0.5 * (x[i] - x[j]) * (x[i] - x[j]) * exp(theta[1])) + (i == j ? 1 + theta[2] * theta[2] : 0);
    for (int j = 0; j < n; j++) {
        double s = k[j * n + j];
        for (int c = 0; c < j; c++)
            s -= k[j * n + c] * k[j * n + c];
        if (s <= 0) {
            free(a);
            free(k);
            return NAN;
        }
        double l = sqrt(s);
        k[j * n + j] = l;
        ll += log(l);
        for (int i = j + 1; i < n; i++) {
            double v = k[i * n + j];
            for (int c = 0; c < j; c++)
                v -= k[i * n + c] * k[j * n + c];
            k[i * n + j] = v / l;
        }
    }
    for (int i = 0; i < n; i++) {
        double v = x[i];
        for (int c = 0; c < i; c++)
            v -= k[i * n + c] * a[c];
        a[i] = v / k[i * n + i];
        ll += 0.5 * a[i] * a[i];
    }
    free(k);
    free(a);
    return ll;
}

/* In each iteration scratch that nothing is known to be in but what the iteration writes, also where it is read at places from memory. */
static double entropy(const double *z, int m, int label)
{
    double *p = malloc(m * sizeof *p), sum = 0;
    for (int i = 0; i < m; i++) {
        p[i] = exp(z[i]);
        sum += p[i];
    }
    if (sum > 1e6) {
        free(p);
        return 0;
    }
    for (int i = 0; i < m; i++)
        p[i] /= sum;
    double r = -log(p[label]) * p[(label + 1) % m];
    free(p);
    return r;
}

AD_GRAD(x)
double read_anywhere(AD_LEN(n *m) const double *x, int n, int m)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += entropy(x + i * m, m, (i * i + 1) % m);
    return s;
}

/* The first of two blocks outlives the iteration. */
AD_GRAD(x)
double handed_round(AD_LEN(n) const double *x, int n)
{
    double *last = malloc(n * sizeof *last), s = 0;
    for (int i = 0; i < n; i++)
        last[i] = x[i];
    for (int t = 0; t < 3; t++) {
        double *next = malloc(n * sizeof *next);
        for (int i = 0; i < n; i++)
            next[i] = sin(last[i]) * last[n - 1 - i];
        free(last);
        last = next;
    }
    for (int i = 0; i < n; i++)
        s += last[i] * last[i];
    free(last);
    return s;
}
