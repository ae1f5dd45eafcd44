// check:
// construct: functions: `AD_CUSTOM_JVP`
// directions: --directions: parameter 's' is a struct or a pointer to pointers, which cannot have several directions
// Calls of functions with a JVP of their own: forward mode calls it, reverse mode differentiates the body.
#include <math.h>
#include <adgen.h>

double sq(double x, double c)
{
    return c * x * x;
}
double sq_jvp(double x, double c, double d_x, double d_c, AD_LEN(1) double *d_return)
{
    *d_return = 2 * c * x * d_x + x * x * d_c;
    return c * x * x;
}
AD_CUSTOM_JVP(sq, sq_jvp)

AD_JVP()
AD_GRAD()
double scalars(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += sq(sin(x[i]), 3) + sq(0.5, x[i]) * s;
    return s;
}

static void smooth(AD_LEN(n) const double *w, AD_LEN(n) double *x, int n, AD_LEN(1) double *sum)
{
    *sum = 0;
    for (int i = 0; i < n; i++) {
        x[i] = w[i] * x[i] * x[i];
        *sum += x[i];
    }
}
static void smooth_jvp(AD_LEN(n) const double *w, AD_LEN(n) double *x, int n, AD_LEN(1) double *sum, AD_LEN(n) const double *d_w,
                       AD_LEN(n) double *d_x, AD_LEN(1) double *d_sum)
{
    *sum = *d_sum = 0;
    for (int i = 0; i < n; i++) {
        d_x[i] = 2 * w[i] * x[i] * d_x[i] + x[i] * x[i] * d_w[i];
        x[i] = w[i] * x[i] * x[i];
        *d_sum += d_x[i];
        *sum += x[i];
    }
}
AD_CUSTOM_JVP(smooth, smooth_jvp)

/* weights is not an independent: its tangent is a block of zeros. */
AD_JVP(a, c -> y)
AD_VJP(a, c -> y)
void in_place(AD_LEN(4) const double *a, double c, AD_LEN(n) const double *weights, AD_LEN(4) double *y, int n)
{
    double sum, table[4] = {1, 2, 3, 4};
    for (int i = 0; i < 4; i++)
        y[i] = c * a[i];
    smooth(table, y, 4, &sum);
    if (n >= 2)
        smooth(weights, y, 2, &sum);
    smooth(a, y + 1, 2, y);
    y[3] += sum;
}

typedef struct {
    double p, v;
} State;
State step(State s, double dt)
{
    State r = {s.p + dt * s.v, s.v - dt * sin(s.p)};
    return r;
}
State step_jvp(State s, double dt, State d_s, double d_dt, State *d_return)
{
    d_return->p = d_s.p + d_dt * s.v + dt * d_s.v;
    d_return->v = d_s.v - d_dt * sin(s.p) - dt * cos(s.p) * d_s.p;
    return step(s, dt);
}
AD_CUSTOM_JVP(step, step_jvp)

AD_JVP()
AD_GRAD()
double states(State s, double dt)
{
    for (int i = 0; i < 5; i++)
        s = step(s, dt * (1 + s.p));
    return s.p * s.v;
}
