// check: --set n=9
// construct: control flow: `break`, `continue`
// construct: control flow: `return` anywhere
// construct: control flow: `goto`, forwards and backwards
// construct: functions: errors reported on `stderr`, `exit`, `abort`
#include <adgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

AD_GRAD(x)
double exits(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        if (x[i] < 0.5)
            continue;
        s += x[i] * x[i];
        if (s > 2.5)
            break;
        s *= 1.1;
    }
    return s;
}

AD_GRAD(x)
double nested(AD_LEN(n) const double *x, int n)
{
    double s = 1;
    for (int i = 0; i < n; i++) {
        int j = 0;
        while (1) {
            if (j == i)
                break;
            j++;
            if (j % 2)
                continue;
            s += x[i] * x[j] * 0.1;
            if (s > 3)
                break;
        }
        if (s > 4)
            break;
        s *= x[i] + 0.5;
    }
    return s;
}

AD_VJP(x -> y)
void search(AD_LEN(n) const double *x, AD_LEN(1) double *y, int n)
{
    int best = -1;
    for (int i = 0; i < n; i++)
        if (x[i] > 0.8) {
            best = i;
            break;
        }
    if (best >= 0)
        *y = x[best] * best;
}

AD_GRAD(x)
double do_continue(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    int i = -1;
    do {
        i++;
        if (i % 3 == 0)
            continue;
        s += x[i] * s + x[i];
    } while (i < n - 1);
    return s;
}

AD_GRAD(x)
double first_big(AD_LEN(n) const double *x, int n)
{
    if (n <= 0)
        return 0;
    double s = 0;
    for (int i = 0; i < n; i++) {
        s += x[i] * x[i];
        if (s > 1.5)
            return s * x[i];
    }
    return -1;
}

AD_GRAD(x)
double from_depth(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            s += x[i] * x[j];
            if (s > 4 && j > 1)
                return exp(-s) * x[j];
        }
        if (s < -1)
            return s;
    }
    return s;
}

AD_VJP()
int void_like(AD_LEN(n) double *x, int n)
{
    for (int i = 0; i < n; i++) {
        if (x[i] > 1.1)
            return i;
        x[i] = x[i] * 2;
        if (i == 4)
            return -2;
    }
    return n;
}

AD_VJP(x -> y)
void guard(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    if (!x || !y || n < 1)
        return;
    y[0] = x[0];
    if (x[0] > 5)
        return;
    for (int i = 1; i < n; i++)
        y[i] = y[i - 1] * x[i];
}

AD_GRAD(x)
double cleanup(AD_LEN(n) const double *x, int n)
{
    double s = -1;
    double *t = malloc(sizeof *t * (size_t)n);
    if (!t)
        goto out;
    s = 0;
    for (int i = 0; i < n; i++) {
        t[i] = x[i] * x[i];
        s += t[i] * x[0];
        if (s > 3)
            goto done;
    }
    s *= 2;
done:
    s += t[0];
    free(t);
out:
    return s;
}

AD_GRAD(x)
double two_levels(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            s += x[i] * x[j];
            if (s > 5)
                goto found;
        }
    return s;
found:
    return s * s;
}

AD_GRAD(x)
double geometric(AD_LEN(n) const double *x, int n)
{
    double s = 1;
    if (n > 1000) {
        fprintf(stderr, "\n");
        fprintf(stderr, "geometric - fatal error: n = %d\n", n);
        exit(1);
    }
    for (int i = 0; i < n; i++) {
        if (isinf(x[i])) {
            fputs("infinite\n", stderr);
            abort();
        }
        s *= 1 + x[i] * x[i];
    }
    return pow(s, 1.0 / n);
}
