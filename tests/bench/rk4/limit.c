/* The gradient through the Runge-Kutta steps by hand: the state before each step is kept; a step computes its slopes again, in
 * scalars, with the speeds' norms. */
#include "rk4.h"

#include <math.h>
#include <stdlib.h>

/* Speed through the air at one stage, and its norm. */
typedef struct {
    double x, y, norm;
} Air;

static Air air(const Flight *f, double vx, double vy)
{
    Air a = {vx - f->wind[0], vy - f->wind[1], 0};
    a.norm = sqrt(a.x * a.x + a.y * a.y);
    return a;
}

/* a[0..3]: the air's speed at each stage of a step from velocity vx, vy. */
static void stages(const Flight *f, double h, double vx, double vy, Air a[4])
{
    static const double part[3] = {0.5, 0.5, 1};
    a[0] = air(f, vx, vy);
    for (int i = 1; i < 4; i++) {
        double ax = -f->drag * a[i - 1].norm * a[i - 1].x, ay = -f->drag * a[i - 1].norm * a[i - 1].y - f->gravity;
        a[i] = air(f, vx + part[i - 1] * h * ax, vy + part[i - 1] * h * ay);
    }
}

/* From derivatives by a stage's acceleration to those by its velocity, added to d; parameters' to d_f. */
static void reverse_stage(const Flight *f, const Air *a, double d_ax, double d_ay, double d[2], Flight *d_f)
{
    double along = d_ax * a->x + d_ay * a->y, push = a->norm > 0 ? along / a->norm : 0;
    double dx = -f->drag * (d_ax * a->norm + push * a->x), dy = -f->drag * (d_ay * a->norm + push * a->y);
    d_f->drag -= along * a->norm;
    d_f->gravity -= d_ay;
    d_f->wind[0] -= dx;
    d_f->wind[1] -= dy;
    d[0] += dx;
    d[1] += dy;
}

/* d: derivatives by position and velocity after the step, then before it. */
static void reverse_step(const Flight *f, double h, double vx, double vy, double d[4], Flight *d_f)
{
    static const double weight[4] = {1, 2, 2, 1}, part[4] = {0.5, 0.5, 1, 0};
    Air a[4];
    double before[2] = {d[2], d[3]}, by_x[2] = {0, 0}, by_v[2] = {0, 0};
    stages(f, h, vx, vy, a);
    for (int i = 3; i >= 0; i--) {
        /* the stage's velocity is its position's slope; by_v is the later stage's velocity, which reads this acceleration */
        double w = h / 6 * weight[i], now[2] = {w * d[0], w * d[1]};
        double d_ax = w * d[2] + part[i] * h * by_v[0], d_ay = w * d[3] + part[i] * h * by_v[1];
        reverse_stage(f, &a[i], d_ax, d_ay, now, d_f);
        by_v[0] = now[0];
        by_v[1] = now[1];
        by_x[0] += now[0];
        by_x[1] += now[1];
    }
    d[2] = before[0] + by_x[0];
    d[3] = before[1] + by_x[1];
}

double miss_limit(const double speed[2], Flight flight, double time, int steps, double x, double y, double effort, double *d_speed,
                  Flight *d_flight)
{
    double h = time / steps, sx = 0, sy = 0, vx = speed[0], vy = speed[1];
    double(*kept)[2] = malloc((size_t)steps * sizeof *kept);
    Flight d_f = {0};
    for (int t = 0; t < steps; t++) {
        Air a[4];
        kept[t][0] = vx;
        kept[t][1] = vy;
        stages(&flight, h, vx, vy, a);
        sx += h / 6 * (a[0].x + 2 * (a[1].x + a[2].x) + a[3].x + 6 * flight.wind[0]);
        sy += h / 6 * (a[0].y + 2 * (a[1].y + a[2].y) + a[3].y + 6 * flight.wind[1]);
        vx -= h / 6 * flight.drag * (a[0].norm * a[0].x + 2 * (a[1].norm * a[1].x + a[2].norm * a[2].x) + a[3].norm * a[3].x);
        vy -= h / 6 * flight.drag * (a[0].norm * a[0].y + 2 * (a[1].norm * a[1].y + a[2].norm * a[2].y) + a[3].norm * a[3].y) +
              h * flight.gravity;
    }
    double d[4] = {2 * (sx - x), 2 * (sy - y), 0, 0};
    for (int t = steps - 1; t >= 0; t--)
        reverse_step(&flight, h, kept[t][0], kept[t][1], d, &d_f);
    free(kept);
    d_speed[0] += d[2] + 2 * effort * speed[0];
    d_speed[1] += d[3] + 2 * effort * speed[1];
    d_flight->drag += d_f.drag;
    d_flight->gravity += d_f.gravity;
    d_flight->wind[0] += d_f.wind[0];
    d_flight->wind[1] += d_f.wind[1];
    return (sx - x) * (sx - x) + (sy - y) * (sy - y) + effort * (speed[0] * speed[0] + speed[1] * speed[1]);
}
