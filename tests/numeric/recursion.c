// check: --set n=7 --set depth=4 --range x=0.3:1.4
// construct: functions: recursion, direct
// Functions that call themselves: numbers, arrays in place, results through pointers and by value.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <adgen.h>

AD_GRAD(x)
double power(double x, int n)
{
    return n ? x * power(x, n - 1) : 1;
}

/* Reads only: nothing has to be kept but the sums. */
static double product_of_sums(const double *x, int n)
{
    if (n == 1)
        return x[0];
    double l = product_of_sums(x, n / 2), r = product_of_sums(x + n / 2, n - n / 2);
    return n % 2 ? l * r : sin(l) + r;
}

AD_GRAD(x)
double divided(AD_LEN(n) const double *x, int n)
{
    return exp(-product_of_sums(x, n));
}

/* In place, overwriting what is read. */
static void halve(double *x, int n)
{
    if (n < 2)
        return;
    int h = n / 2;
    for (int i = 0; i < h; i++) {
        double s = x[i] + x[n - 1 - i];
        x[n - 1 - i] *= x[i];
        x[i] = s;
    }
    halve(x, h);
    halve(x + h, n - h);
}

AD_VJP(x -> x)
void halved(AD_LEN(n) double *x, int n)
{
    halve(x, n);
}

/* An independent that is overwritten and read again afterwards. */
AD_GRAD(x)
double halved_sum(AD_LEN(n) double *x, int n)
{
    double s = x[0];
    halve(x, n);
    for (int i = 0; i < n; i++)
        s += x[i] * (i + 1) * x[i];
    halve(x, n / 2);
    return s * x[0];
}

/* Two results through pointers, locals of the caller among them. */
static void moments(const double *x, int n, double *sum, double *square)
{
    if (n == 0) {
        *sum = 0;
        *square = 1;
        return;
    }
    double s, q[1];
    moments(x + 1, n - 1, &s, q);
    *sum = s * x[0] + x[0];
    *square = *q * cos(x[0]) + s;
}

AD_VJP(x -> out)
void both_moments(AD_LEN(n) const double *x, int n, AD_LEN(2) double *out)
{
    moments(x, n, &out[1], &out[0]);
    out[0] *= out[1];
}

typedef struct {
    double re, im;
    int steps;
} Point;

/* A struct goes in and comes out by value. */
static Point spiral(Point p, double by, int depth)
{
    if (depth == 0)
        return p;
    Point q = {p.re * by - p.im, p.im * p.re + by, p.steps + 1};
    Point r = spiral(q, by * 0.9, depth - 1);
    r.re += q.im;
    p.im = r.re * r.im;
    return depth % 2 ? r : p;
}

AD_GRAD(x, y, by)
double spun(double x, double y, double by, int depth)
{
    Point p = {x, y, 0};
    Point q = spiral(p, by, depth);
    return q.re * q.im + q.steps;
}

/* Values of the caller's are reused behind the call; the branch that is taken depends on numbers. */
AD_GRAD(a, b)
double mean_of_means(double a, double b)
{
    double m = 0.5 * (a + b), g = sqrt(a * b);
    if (fabs(m - g) < 1e-3)
        return m;
    double inner = mean_of_means(m, g);
    return inner + 0.25 * (a - b) * (a - b) * inner * m;
}

/* A number that counts, recursion inside a loop, and what is printed is printed once. */
static double fan(const double *w, double x, int n, int *calls)
{
    double s = x;
    ++*calls;
    for (int i = 0; i < n; i++)
        s = s * w[i] + fan(w, sin(s), i, calls) / (i + 1);
    return s;
}

AD_GRAD(w, x)
double fans(AD_LEN(4) const double *w, double x)
{
    int calls = 0;
    double y = fan(w, x, 4, &calls);
    return y * calls;
}

/* What a while loop makes, and a base case that is met at different depths. */
static double euclid(double a, double b)
{
    while (a > 4)
        a = a * 0.5 + 0.1;
    if (b < 0.05)
        return a;
    return b < a ? euclid(b, 0.3 * a * b) + a : euclid(b * 0.7, a * 0.2);
}

AD_GRAD(a, b)
double measure(double a, double b)
{
    return euclid(40 * a, b) * b;
}

/* Integers that lead the numbers, by a recursion that carries none. */
static int ackermann(int m, int n)
{
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

AD_GRAD(x)
double after_integers(AD_LEN(n) const double *x, int n)
{
    double s = 1;
    for (int i = 0; i < n; i++)
        s = s * cos(x[ackermann(2, i) % n]) + x[i];
    return s;
}

static float narrow(const float *x, float a, int n)
{
    if (n == 0)
        return a;
    return narrow(x + 1, a * x[0] + 0.5f, n - 1) * x[0];
}

AD_VJP(x, a)
float in_float(AD_LEN(n) const float *x, float a, int n)
{
    return narrow(x, a, n);
}
