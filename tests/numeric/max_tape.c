// construct: control flow: `--max-tape`: time loops run steps again by themselves
// check: --max-tape 64K --set steps=9 --set k=0.1 --set n=7
// directions: parameter 'b' is a struct
/* Loops that advance a state, within 64 KiB; nothing in the source says so. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* State in memory of the function. */
AD_GRAD(u0, k)
double mt_heat(AD_LEN(n) const double *u0, double k, int n, int steps)
{
    double *u = malloc(n * sizeof *u), *v = malloc(n * sizeof *v), s = 0;
    for (int i = 0; i < n; i++)
        u[i] = u0[i];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < n; i++) {
            double l = i > 0 ? u[i - 1] : 0, r = i < n - 1 ? u[i + 1] : 0;
            v[i] = u[i] + k * sin(l - 2 * u[i] + r);
        }
        for (int i = 0; i < n; i++)
            u[i] = v[i];
    }
    for (int i = 0; i < n; i++)
        s += u[i] * u[i];
    free(u);
    free(v);
    return s;
}

typedef struct {
    double x[2], p[2];
} MtBody;

/* State in a struct, steps counted down, a while loop and one after the other. */
AD_VJP(b, k -> b)
void mt_orbit(MtBody *b, double k, int steps)
{
    for (int left = steps; left > 0; left--) {
        double r2 = b->x[0] * b->x[0] + b->x[1] * b->x[1] + 0.1, f = -k / (r2 * sqrt(r2));
        for (int i = 0; i < 2; i++) {
            b->p[i] += f * b->x[i];
            b->x[i] += 0.1 * b->p[i];
        }
    }
    while (b->x[0] > 0.05)
        b->x[0] *= 0.7 * cos(b->x[0]);
}

/* A number that is handed on, in a loop that may be left. */
AD_GRAD(x)
double mt_newton(double x)
{
    double y = 1;
    int count = 0;
    while (fabs(y * y - x) > 1e-12) {
        y = 0.5 * (y + x / y);
        if (++count == 50)
            break;
    }
    return y;
}

/* Sizes that are proven: as without the option. */
AD_GRAD(x)
double mt_small(const double x[10])
{
    double p = 1;
    for (int i = 0; i < 10; i++)
        p *= x[i];
    return p;
}

/* What is kept is no state: arrays within the limit. */
AD_VJP(x -> x)
void mt_scale(AD_LEN(n) double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        x[i] = sin(x[i]);
    for (int i = 0; i < n; i++)
        s += x[i];
    for (int i = 0; i < n; i++)
        x[i] *= s;
}
