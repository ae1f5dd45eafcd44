// construct: functions: `AD_CUSTOM_VJP` and `AD_CUSTOM_JVP` under `--directions`, also with arguments that overlap
// Functions that take one direction, called once for each: arrays, rows, records, complex numbers, memory that they overwrite.
#include <complex.h>
#include <math.h>
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
static double sq_jvp(double x, double c, double d_x, double d_c, double *d_return)
{
    *d_return = 2 * c * x * d_x + x * x * d_c;
    return c * x * x;
}
AD_CUSTOM_JVP(sq, sq_jvp)
AD_GRAD() AD_JVP()
double scalars(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += sq(sin(x[i]), 3) + sq(0.5, x[i]) * s;
    return s;
}
static double dot(AD_LEN(n) const double *a, AD_LEN(n) const double *b, int n)
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
static double dot_jvp(const double *a, const double *b, int n, const double *d_a, const double *d_b, double *d_return)
{
    double s = 0, d = 0;
    for (int i = 0; i < n; i++) {
        s += a[i] * b[i];
        d += d_a[i] * b[i] + a[i] * d_b[i];
    }
    *d_return = d;
    return s;
}
AD_CUSTOM_JVP(dot, dot_jvp)
/* overlapping arguments; b is overwritten after each call */
AD_GRAD() AD_JVP()
double by_pointer(AD_LEN(n) const double *restrict x, AD_LEN(n) const double *restrict y, int n)
{
    static const double weights[3] = {1, 2, 3};
    double b[3] = {1, 2, 3}, s = dot(x, y, n) + dot(x, x, n) + 2 * dot(y + 1, y, n - 1);
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
static void smooth_jvp(double *x, int n, double c, double *sum, double *d_x, double d_c, double *d_sum)
{
    *sum = *d_sum = 0;
    for (int i = 0; i < n; i++) {
        d_x[i] = 2 * c * x[i] * d_x[i] + d_c * x[i] * x[i];
        x[i] = c * x[i] * x[i];
        *sum += x[i];
        *d_sum += d_x[i];
    }
}
AD_CUSTOM_JVP(smooth, smooth_jvp)
AD_VJP(x, c -> y) AD_JVP(x, c -> y)
void twice(AD_LEN(n) const double *x, int n, double c, AD_LEN(2) double *y)
{
    double w[8];
    for (int i = 0; i < 8; i++)
        w[i] = i < n ? x[i] : 0.5;
    smooth(w, 8, c, &y[0]);
    w[2] = sin(w[2]) + y[0];
    smooth(w + 1, 5, c * 0.5, &y[1]);
    y[0] = w[0] + w[3] * w[4];
}

/* rows of a matrix with run-time dimensions; records and complex numbers inside */
typedef struct {
    double r, w[3];
} Body;
static double energy(AD_LEN(1) const Body *p, AD_LEN(2) const double complex *z)
{
    return p->r * p->w[0] + p->w[1] * sin(p->w[2]) + creal(z[0] * z[1]);
}
static double energy_vjp(const Body *p, const double complex *z, Body *d_p, double complex *d_z, double d_return)
{
    d_p->r += p->w[0] * d_return;
    d_p->w[0] += p->r * d_return;
    d_p->w[1] += sin(p->w[2]) * d_return;
    d_p->w[2] += p->w[1] * cos(p->w[2]) * d_return;
    d_z[0] += conj(z[1]) * d_return;
    d_z[1] += conj(z[0]) * d_return;
    return energy(p, z);
}
AD_CUSTOM_VJP(energy, energy_vjp)
static double energy_jvp(const Body *p, const double complex *z, const Body *d_p, const double complex *d_z, double *d_return)
{
    *d_return = d_p->r * p->w[0] + p->r * d_p->w[0] + d_p->w[1] * sin(p->w[2]) + p->w[1] * cos(p->w[2]) * d_p->w[2] +
                creal(d_z[0] * z[1] + z[0] * d_z[1]);
    return energy(p, z);
}
AD_CUSTOM_JVP(energy, energy_jvp)
AD_GRAD(m, t) AD_JVP(m, t)
double rows(int n, const double m[n][3], double t)
{
    double s = 0;
    Body b[2] = {{0}};
    for (int i = 0; i < n; i++) {
        b[i % 2].r = t * s;
        for (int k = 0; k < 3; k++)
            b[i % 2].w[k] = m[i][k] + b[1 - i % 2].r;
        double complex z[2] = {m[i][0] + I * t, m[i][1] - I * s};
        s += 0.1 * energy(&b[i % 2], z) + dot(m[i], m[(i + 1) % n], 3);
    }
    return s;
}

/* a struct by value in, another one back */
typedef struct {
    double at;
    int steps;
} Root;
typedef struct {
    double mean, e;
} Orbit;
static Root kepler(Orbit o)
{
    Root r = {o.mean, 0};
    for (double d = 1; r.steps < 50 && fabs(d) > 1e-15; r.steps++)
        r.at -= d = (r.at - o.e * sin(r.at) - o.mean) / (1 - o.e * cos(r.at));
    return r;
}
static Root kepler_vjp(Orbit o, Orbit *d_o, Root d_return)
{
    Root r = kepler(o);
    double w = d_return.at / (1 - o.e * cos(r.at));
    d_o->mean += w;
    d_o->e += w * sin(r.at);
    return r;
}
AD_CUSTOM_VJP(kepler, kepler_vjp)
static Root kepler_jvp(Orbit o, Orbit d_o, Root *d_return)
{
    Root r = kepler(o);
    d_return->at = (d_o.mean + sin(r.at) * d_o.e) / (1 - o.e * cos(r.at));
    return r;
}
AD_CUSTOM_JVP(kepler, kepler_jvp)
AD_VJP(e -> x) AD_JVP(e -> x)
void orbit(double e, AD_LEN(n) const double *t, AD_LEN(n) double *x, int n)
{
    for (int i = 0; i < n; i++) {
        Orbit o = {t[i] + e, 0.5 * e};
        Root r = kepler(o);
        x[i] = cos(r.at) - e * r.steps * 0;
    }
}
