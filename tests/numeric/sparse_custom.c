// check: --sparse --set n=6
// construct: functions: sparse matrices through custom derivatives of structs, by value, by pointer, in arrays and as results
#include <complex.h>
#include <math.h>
#include <adgen.h>

typedef struct {
    double x, y;
} point;

/* By value, and as the result. */
point rotated(point p, double angle)
{
    return (point){p.x * cos(angle) - p.y * sin(angle), p.x * sin(angle) + p.y * cos(angle)};
}

point rotated_jvp(point p, double angle, point d_p, double d_angle, point *d_return)
{
    point r = rotated(p, angle), d = rotated(d_p, angle);
    *d_return = (point){d.x - r.y * d_angle, d.y + r.x * d_angle};
    return r;
}
AD_CUSTOM_JVP(rotated, rotated_jvp)

point rotated_vjp(point p, double angle, point *d_p, double *d_angle, point d_return)
{
    point r = rotated(p, angle), d = rotated(d_return, -angle);
    d_p->x += d.x;
    d_p->y += d.y;
    *d_angle += d_return.y * r.x - d_return.x * r.y;
    return r;
}
AD_CUSTOM_VJP(rotated, rotated_vjp)

AD_JACOBIAN(x -> y)
void turned(AD_LEN(3 * n) const double *x, AD_LEN(2 * n) double *y, int n)
{
    for (int i = 0; i < n; i++) {
        point q = rotated((point){x[3 * i] * x[3 * i], x[3 * i + 1]}, x[3 * i + 2]);
        y[2 * i] = q.x * q.y;
        y[2 * i + 1] = q.y;
    }
}

/* One result of all: by rows. */
AD_JACOBIAN(x)
AD_HESSIAN(x)
double turned_sum(AD_LEN(2 * n) const double *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i += 2) {
        point q = rotated((point){x[2 * i], sin(x[2 * i + 1])}, 0.3);
        sum += q.x * q.x * q.y;
    }
    return sum;
}

/* Pointers to structs that have arrays, a struct and an integer inside. */
struct cell {
    int kind;
    double flux[2];
    point at[2];
    double _Complex wave;
};

void step(AD_LEN(2) const struct cell *from, struct cell *to)
{
    to->flux[0] = from[0].flux[0] * from[1].flux[1];
    to->flux[1] = from[0].at[1].x;
    to->at[0] = from[1].at[0];
    to->at[1] = (point){creal(from[0].wave), 2};
    to->wave = from[1].wave * from[1].wave;
}

void step_jvp(AD_LEN(2) const struct cell *from, struct cell *to, AD_LEN(2) const struct cell *d_from, struct cell *d_to)
{
    step(from, to);
    d_to->flux[0] = d_from[0].flux[0] * from[1].flux[1] + from[0].flux[0] * d_from[1].flux[1];
    d_to->flux[1] = d_from[0].at[1].x;
    d_to->at[0] = d_from[1].at[0];
    d_to->at[1] = (point){creal(d_from[0].wave), 0};
    d_to->wave = 2 * from[1].wave * d_from[1].wave;
}
AD_CUSTOM_JVP(step, step_jvp)

AD_JACOBIAN(x -> y)
void cells(AD_LEN(2 * n) const double *x, AD_LEN(3 * n) double *y, int n)
{
    for (int i = 0; i < n; i++) {
        struct cell c[2] = {{i, {x[2 * i], 1}, {{x[2 * i + 1], 2}, {x[2 * i], x[2 * i]}}, x[2 * i] + 2 * I},
                            {i, {2, x[2 * i + 1]}, {{x[2 * i], x[2 * i]}, {1, 1}}, x[2 * i + 1] + x[2 * i] * I}};
        struct cell out = {0};
        step(c, &out);
        y[3 * i] = out.flux[0] + out.at[0].y;
        y[3 * i + 1] = out.flux[1] * out.at[1].x;
        y[3 * i + 2] = cimag(out.wave);
    }
}
