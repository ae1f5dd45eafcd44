// construct: control flow: loops that end in the middle or at their end, where a counter has come to its end (`if (t == n - 1) break;`, `do` ... `while (++i < n)`)
// check: --set n=5 --set none=0 --range x=0.2:1.1
#include <limits.h>
#include <stddef.h>
#include <math.h>
#include <adgen.h>

/* The forward algorithm of a hidden Markov model: scaled in each step, the last one too. */
AD_GRAD(a; p, q)
double forward(AD_LEN(9) const double *a, AD_LEN(3) double *p, AD_LEN(3) double *q, int n)
{
    double ll = 0;
    int t = 0;
    for (int i = 0; i < 3; i++)
        p[i] = a[i];
    for (;;) {
        double c = 0;
        for (int i = 0; i < 3; i++)
            c += p[i];
        for (int i = 0; i < 3; i++)
            p[i] /= c;
        ll += log(c);
        if (t == n - 1)
            break;
        t++;
        for (int j = 0; j < 3; j++) {
            q[j] = 0;
            for (int i = 0; i < 3; i++)
                q[j] += p[i] * a[3 * i + (j + t) % 3];
        }
        for (int j = 0; j < 3; j++)
            p[j] = q[j];
    }
    return ll * t;
}

AD_GRAD(x)
double do_while(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    int i = 0;
    do {
        double e = tanh(x[i]);
        s = s * e + e * x[i];
    } while (++i < n);
    return s * i;
}

/* Once, though the condition does not hold. */
AD_GRAD(x)
double once(AD_LEN(n) const double *x, int n, int none)
{
    double s = 0.5;
    int i = 0;
    do
        s = s * exp(x[i]) + n;
    while (++i < none);
    i = 3;
    do
        s = s * sin(x[i]);
    while (--i >= 3);
    return s + i;
}

AD_GRAD(x)
double prefix(AD_LEN(n) const double *x, int n)
{
    double s = 0, last = 0;
    int k = 0;
    while (1) {
        last = sin(x[k]) * (s + 1);
        s += last * x[k];
        if (++k >= n)
            break;
        s *= 0.9 + x[k] * 0.01;
    }
    return s * last + k;
}

/* Downwards, in steps of two, to `!=`, to a bound that belongs to it. */
AD_GRAD(x)
double ways(AD_LEN(n) const double *x, int n)
{
    double s = 0.3;
    int i = n - 1;
    do
        s = s * cos(x[i]) + x[i];
    while (--i >= 0);
    i = 0;
    do {
        s = s * exp(x[i]);
        i += 2;
    } while (i < n);
    i = n;
    do
        s = s * sin(s + x[i - 1]);
    while (--i);
    i = 1;
    for (;;) {
        s += x[i - 1] * s;
        if (i == n)
            break;
        i++;
        s *= 0.5;
    }
    i = 0;
    for (;;) {
        s += x[i] * s;
        if (i >= n - 1)
            break;
        i++;
        s *= 0.6;
    }
    i = 0;
    do
        s = s * exp(0.1 * x[i]);
    while (++i <= n - 1);
    return s;
}

AD_GRAD(x)
double sizes(AD_LEN(n) const double *x, size_t n)
{
    double s = 0.3;
    size_t i = 0;
    do
        s = s * cos(x[i]) + x[i];
    while (++i < n);
    i = n;
    do
        s = s * cos(x[i - 1]) + x[i - 1];
    while (--i);
    return s;
}

/* What the loop hands on lives on behind it, in other variables than in the next iteration. */
AD_GRAD(x)
double swapped(AD_LEN(n) const double *x, int n)
{
    double a = 1, b = 0.5, c;
    int i = 0;
    for (;;) {
        c = a * x[i] + b;
        double d = b * x[i] - a;
        if (i == n - 2)
            break;
        a = c * 0.5;
        b = sin(d);
        i += 1;
    }
    return a + 2 * b + 3 * c;
}

/* Inner loops, of which each runs once at least; and one that is left. */
AD_GRAD(a)
double nested(AD_LEN(n * n) const double *a, int n)
{
    double s = 0.1;
    int i = 0;
    do {
        int j = i;
        do {
            s = s * cos(a[i * n + j]) + a[j * n + i];
            if (s > 50)
                return s;
        } while (++j < n);
        int k = 0;
        while (1) {
            s += a[i * n + k] * s;
            if (k == i)
                break;
            k++;
            s *= 0.5;
        }
        k = n - 1;
        do
            s += a[i * n + k] * s;
        while (--k > i);
    } while (++i < n);
    return s;
}

/* Another condition besides: it stays a loop that is left. */
AD_GRAD(x)
double two_ends(AD_LEN(n) const double *x, int n)
{
    double s = 0.5;
    int i = 0;
    do
        s += s * exp(x[i]);
    while (++i < n && s < 3);
    return s + i;
}

/* The bound moves, or the step does. */
AD_GRAD(x)
double moving(AD_LEN(n) const double *x, int n)
{
    double s = 0.5;
    int i = 0, end = n, step = 1;
    do {
        s += s * sin(x[i]);
        if (s > 0.9)
            end = n - 1;
    } while (++i < end);
    i = 0;
    do {
        s += s * sin(x[i]);
        i += step;
        step = 2;
    } while (i < n);
    return s;
}

/* To the last number of its type: no counted loop can go there. */
AD_GRAD(x)
double to_the_end(AD_LEN(2) const double *x, int n)
{
    double s = x[0];
    int i = INT_MAX - n;
    for (;;) {
        s = s * sin(s + x[i & 1]);
        if (i == INT_MAX)
            break;
        i++;
    }
    unsigned char c = 250;
    do
        s = s * cos(s + x[c & 1]);
    while (++c);
    int last = INT_MAX;
    for (;;) {
        s = s * sin(s + x[last & 1]) + 1;
        if (last >= n)
            break;
        last++;
    }
    return s + (i == INT_MAX) + c;
}
