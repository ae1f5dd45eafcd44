// construct: functions: `AD_CUSTOM_VJP`
// directions: --directions: parameter 's' is a struct or a pointer to pointers, which cannot have several directions
// Calls of functions with a derivative of their own, in reverse mode; the tangent differentiates their bodies.
#include <math.h>
#include <stdlib.h>
#include <adgen.h>

double sq(double x, double c)
{
    return c * x * x;
}
double sq_vjp(double x, double c, AD_LEN(1) double *d_x, AD_LEN(1) double *d_c, double d_return)
{
    *d_x += 2 * c * x * d_return;
    *d_c += x * x * d_return;
    return c * x * x;
}
AD_CUSTOM_VJP(sq, sq_vjp)

AD_GRAD()
double scalars(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += sq(sin(x[i]), 3) + sq(0.5, x[i]) * s;
    return s;
}

static double dot(const double *a, AD_LEN(n) const double *b, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += a[i] * b[i];
    return s;
}
static double dot_vjp(const double *a, const double *b, int n, double *d_a, double *d_b, double d_return)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        s += a[i] * b[i];
        d_a[i] += b[i] * d_return;
        d_b[i] += a[i] * d_return;
    }
    return s;
}
AD_CUSTOM_VJP(dot, dot_vjp)

/* b is overwritten after each call: adgen keeps copies. */
AD_GRAD()
double by_pointer(AD_LEN(n) const double *restrict x, AD_LEN(n) const double *restrict y, int n)
{
    static const double weights[3] = {1, 2, 3};
    double b[3] = {1, 2, 3}, s = dot(x, y, n);
    for (int i = 0; i + 2 < n; i++) {
        s += 0.1 * dot(x + i, b, 3) + dot(weights, b, 2);
        for (int k = 0; k < 3; k++)
            b[k] = 0.5 * b[k] + sin(y[i + k]) + 0.01 * s;
    }
    return s;
}

/* x is read and written, sum is written. */
void smooth(AD_LEN(n) double *x, int n, double c, AD_LEN(1) double *sum)
{
    *sum = 0;
    for (int i = 0; i < n; i++) {
        x[i] = c * x[i] * x[i];
        *sum += x[i];
    }
}
void smooth_vjp(AD_LEN(n) double *x, int n, double c, AD_LEN(1) double *sum, AD_LEN(n) double *d_x, AD_LEN(1) double *d_c,
                AD_LEN(1) double *d_sum)
{
    *sum = 0;
    for (int i = 0; i < n; i++) {
        double d = d_x[i] + *d_sum;
        *d_c += d * x[i] * x[i];
        d_x[i] = 2 * c * x[i] * d;
        x[i] = c * x[i] * x[i];
        *sum += x[i];
    }
    *d_sum = 0;
}
AD_CUSTOM_VJP(smooth, smooth_vjp)

AD_GRAD()
double in_place(AD_LEN(4) const double *a, double c)
{
    double x[4], sum, total = 0;
    double *h = malloc(4 * sizeof *h);
    if (!h)
        return 0;
    for (int i = 0; i < 4; i++) {
        x[i] = a[i];
        h[i] = a[i] * a[3 - i];
    }
    for (int t = 0; t < 3; t++) {
        smooth(x, 4, c, &sum);
        total += sum * x[t];
        x[t] = 0.3 * total;
    }
    smooth(h, 4, 0.5 * c, &sum);
    total += sum * h[1];
    free(h);
    return total + x[0];
}

typedef struct {
    double p, v;
    int k;
} State;
State step(State s, double dt)
{
    State r = {s.p + dt * s.v, s.v - dt * sin(s.p), s.k + 1};
    return r;
}
State step_vjp(State s, double dt, State *d_s, AD_LEN(1) double *d_dt, State d_return)
{
    d_s->p += d_return.p - dt * cos(s.p) * d_return.v;
    d_s->v += d_return.v + dt * d_return.p;
    *d_dt += s.v * d_return.p - sin(s.p) * d_return.v;
    return step(s, dt);
}
AD_CUSTOM_VJP(step, step_vjp)

AD_VJP()
double states(State s, double dt)
{
    for (int i = 0; i < 5; i++)
        s = step(s, dt * (1 + s.p));
    return s.p * s.v + s.k;
}

AD_GRAD()
double branches(double x, double y)
{
    double s = x;
    int i = 0;
    while (s < 20 && i < 10) {
        if (i % 2)
            s += sq(y, x);
        else
            s += 0.1 * sq(s, 1 + y * y);
        i++;
    }
    return s;
}

/* In a checkpointed loop such a call, which takes numbers and gives one, is run again as the rest of a step is. */
static double root(double a)
{
    double x = 1;
    for (int i = 0; i < 30; i++)
        x -= (x * x * x + x - a) / (3 * x * x + 1);
    return x;
}
static double root_vjp(double a, double *d_a, double d_return)
{
    double x = root(a);
    *d_a += d_return / (3 * x * x + 1);
    return x;
}
AD_CUSTOM_VJP(root, root_vjp)

AD_VJP(x, k -> y)
void implicit_steps(AD_LEN(n) const double *x, double k, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i];
    AD_CHECKPOINT(2)
    for (int s = 0; s < 7; s++)
        for (int i = 0; i < n; i++)
            y[i] = root(y[i] + k * y[(i + 1) % n]);
}
