/* rk4.c: a shooting problem: throw a ball through windy air so that it arrives at a target at a given time. */
#include "rk4.h"

#include <adgen.h>
#include <math.h>

#define DIM 4 /* position, velocity */

static void slope(const double *s, const Flight *f, double *ds)
{
    double vx = s[2] - f->wind[0], vy = s[3] - f->wind[1];
    double v = sqrt(vx * vx + vy * vy);
    ds[0] = s[2];
    ds[1] = s[3];
    ds[2] = -f->drag * v * vx;
    ds[3] = -f->drag * v * vy - f->gravity;
}

/* One step of the classical Runge-Kutta method (Kutta 1901), in place. */
static void rk4_step(double *s, double h, const Flight *f)
{
    double k1[DIM], k2[DIM], k3[DIM], k4[DIM], mid[DIM];
    int i;

    slope(s, f, k1);
    for (i = 0; i < DIM; i++)
        mid[i] = s[i] + 0.5 * h * k1[i];
    slope(mid, f, k2);
    for (i = 0; i < DIM; i++)
        mid[i] = s[i] + 0.5 * h * k2[i];
    slope(mid, f, k3);
    for (i = 0; i < DIM; i++)
        mid[i] = s[i] + h * k3[i];
    slope(mid, f, k4);
    for (i = 0; i < DIM; i++)
        s[i] += h / 6.0 * (k1[i] + 2.0 * (k2[i] + k3[i]) + k4[i]);
}

AD_GRAD(speed, flight)
AD_JVP(speed, flight)
double miss(AD_LEN(2) const double speed[2], Flight flight, double time, int steps, double x, double y, double effort)
{
    double s[DIM] = {0.0, 0.0, speed[0], speed[1]};
    double h = time / steps;
    int n = steps;

    while (n-- > 0)
        rk4_step(s, h, &flight);
    double dx = s[0] - x, dy = s[1] - y;
    return dx * dx + dy * dy + effort * (speed[0] * speed[0] + speed[1] * speed[1]);
}

AD_VJP(speed, flight -> path)
AD_JVP(speed, flight -> path)
int fly(AD_LEN(2) const double speed[2], Flight flight, double time, int steps, AD_LEN(2 * steps + 2) double *path)
{
    double s[DIM] = {0.0, 0.0, speed[0], speed[1]};
    int i;

    for (i = 0; i <= steps; i++) {
        if (s[1] < 0.0)
            return i;
        *path++ = s[0];
        *path++ = s[1];
        rk4_step(s, time / steps, &flight);
    }
    return i;
}
