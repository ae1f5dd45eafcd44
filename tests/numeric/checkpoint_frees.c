// check: --set n=4 --set steps=11 --set mode=1 --set inner=5
// Memory of a checkpointed loop that is allocated with a test and freed at the end, in the ways that C programs do it.
#include <math.h>
#include <stdlib.h>
#include <adgen.h>

static void advance(const double *w, const double *now, double *next, int n)
{
    for (int i = 0; i < n; i++)
        next[i] = sin(w[i] * now[i]) + 0.3 * now[(i + 1) % n];
}

/* the function returns early where there is no memory */
AD_GRAD(w)
double early_return(AD_LEN(n) const double *w, int n, int steps)
{
    double *z = malloc(2 * n * sizeof *z), *next = z + n, loss = 0;
    if (!z)
        return -1;
    for (int i = 0; i < n; i++)
        z[i] = w[i];
    AD_CHECKPOINT(3)
    for (int s = 0; s < steps; s++) {
        advance(w, z, next, n);
        for (int i = 0; i < n; i++)
            z[i] = next[i];
    }
    for (int i = 0; i < n; i++)
        loss += z[i] * z[i];
    free(z);
    return loss;
}

/* one way out, which frees all that there is */
AD_VJP(w->out)
int cleanup(AD_LEN(n) const double *w, AD_LEN(n) double *out, int n, int steps)
{
    int status = -1;
    double *a = NULL, *b = NULL;
    if (n <= 0 || !(a = calloc(n, sizeof *a)))
        goto done;
    if (!(b = calloc(n, sizeof *b)))
        goto done;
    for (int i = 0; i < n; i++)
        a[i] = w[i];
    AD_CHECKPOINT()
    for (int s = 0; s < steps; s++) {
        advance(w, a, b, n);
        for (int i = 0; i < n; i++)
            a[i] = 0.5 * (a[i] + b[i]);
    }
    for (int i = 0; i < n; i++)
        out[i] = a[i] * b[i];
    status = 0;
done:
    free(a);
    free(b);
    return status;
}

/* two loops, one of them not always, work in the same memory */
AD_GRAD(w)
double twice(AD_LEN(n) const double *w, int n, int steps, int mode)
{
    double loss = 0, *z = malloc(n * sizeof *z), *next = malloc(n * sizeof *next);
    if (z && next) {
        for (int i = 0; i < n; i++)
            z[i] = w[i];
        if (mode) {
            AD_CHECKPOINT(2)
            for (int s = 0; s < steps; s++) {
                advance(w, z, next, n);
                for (int i = 0; i < n; i++)
                    z[i] = next[i] * w[i];
            }
        }
        AD_CHECKPOINT(4)
        for (int s = 0; s < steps; s++) {
            advance(w, z, next, n);
            for (int i = 0; i < n; i++)
                z[i] += 0.1 * next[i];
        }
        for (int i = 0; i < n; i++)
            loss += z[i] * z[i];
    }
    free(z);
    free(next);
    return loss;
}

/* what the steps need again is computed from values before the test above them */
AD_VJP(rate, strike->price, delta)
int option(double rate, double strike, int n, AD_LEN(1) double *price, AD_LEN(1) double *delta)
{
    int status = 1;
    double *v = NULL;
    if (n < 2)
        goto done;
    v = malloc((n + 1) * sizeof *v);
    if (!v)
        goto done;
    const double discount = exp(-0.1 * rate), p = (exp(0.1 * rate) - 0.8) / (1.3 - 0.8);
    if (p <= 0 || p >= 1) {
        status = 2;
        goto done;
    }
    for (int i = 0; i <= n; i++)
        v[i] = fmax(strike - 0.3 * i, 0);
    AD_CHECKPOINT(2)
    for (int k = n - 1; k >= 0; k--) {
        for (int i = 0; i <= k; i++)
            v[i] = fmax(discount * (p * v[i + 1] + (1 - p) * v[i]), strike - 0.2 * i - 0.1 * k);
        if (k == 1)
            *delta = v[1] - v[0];
    }
    *price = v[0];
    status = 0;
done:
    free(v);
    return status;
}

/* a checkpointed loop inside another one */
AD_GRAD(w)
double nested(AD_LEN(n) const double *w, int n, int steps, int inner)
{
    double *x = calloc(n, sizeof *x), *k = calloc(n, sizeof *k), l = 0;
    if (!x || !k) {
        free(x);
        free(k);
        return NAN;
    }
    AD_CHECKPOINT(2)
    for (int t = 0; t < steps; t++) {
        AD_CHECKPOINT(2)
        for (int r = 0; r < inner; r++)
            for (int i = 0; i < n; i++) {
                x[i] = sin(w[i] * x[i] + k[i]);
                k[i] += 0.1 * x[i] * w[i];
            }
        for (int i = 0; i < n; i++)
            l += k[i] * x[i];
    }
    free(x);
    free(k);
    return l;
}
