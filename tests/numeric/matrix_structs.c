// std: c11
// construct: dense and sparse matrices of structs and complex numbers: rows and columns in the order of the fields, real parts first
#include <adgen.h>
#include <complex.h>
#include <math.h>

struct point {
    double x, y;
};
typedef struct {
    double focal;
    double rot[3][2];
    struct point off[2];
    int model;
    double _Complex z[2][2];
} camera;

AD_JACOBIAN(c, p -> out)
void project(const camera *c, AD_LEN(n) const struct point *p, AD_LEN(n) struct point *out, int n)
{
    for (int i = 0; i < n; i++) {
        double depth = 1 + c->rot[2][0] * p[i].x + c->rot[2][1] * p[i].y + creal(c->z[i % 2][1] * c->z[1][0]) * cimag(c->z[0][0]);
        out[i].x = c->focal * (c->rot[0][0] * p[i].x + c->rot[0][1] * p[i].y) / depth + c->off[0].x * c->off[1].y;
        out[i].y = c->focal * (c->rot[1][0] * p[i].x + c->rot[1][1] * p[i].y) / depth + c->off[0].y * c->off[1].x;
    }
}

/* A struct by value in and out. */
AD_JACOBIAN(a, b, t)
struct point mix(struct point a, const struct point *b, double t)
{
    return (struct point){a.x * b->x + t * t, sin(a.y) * b->y * t};
}

/* Fewer seeds than directions: by rows. */
AD_JACOBIAN(z, w, s)
double complex roots(double complex z, AD_LEN(n) const double complex *w, double s, int n)
{
    double complex r = s;
    for (int i = 0; i < n; i++)
        r = csqrt(r * z + w[i] * conj(z));
    return r;
}

AD_HESSIAN(c, p, z)
double energy(camera c, AD_LEN(n) const struct point *p, double complex z, int n)
{
    double e = 0;
    for (int i = 0; i < n; i++)
        e += p[i].x * p[i].x * c.focal * c.rot[i % 3][1] + cos(p[i].y * p[(i + 1) % n].x) + cabs(z * c.z[0][i % 2]) * c.off[i % 2].x;
    return e;
}

/* Structs without a name, overwritten in place. */
typedef struct {
    float g[2];
    struct {
        float a, b;
    } in[3];
    int flag;
    struct {
        float u, v[2];
    };
} cell;
AD_JACOBIAN(p -> p)
void step(AD_LEN(n) cell *p, int n)
{
    for (int i = 0; i < n; i++) {
        p[i].g[0] *= p[i].in[1].b;
        for (int k = 0; k < 3; k++)
            p[i].in[k].a += p[i].u * p[i].v[1] + p[i].g[1] * p[(i + 1) % n].in[k].b;
    }
}

/* A global, scratch. */
struct state {
    long double q[2], v[2];
} world;
AD_JACOBIAN(world, t)
long double spin(long double t)
{
    world.q[0] += t * world.v[1];
    world.q[1] = world.q[0] * world.v[0];
    return world.q[1] * t;
}
AD_JACOBIAN(x -> y; tmp)
void chain(AD_LEN(n) const double *x, AD_LEN(n) struct state *tmp, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        tmp[i].q[0] = x[i] * x[i] + (i ? tmp[i - 1].q[0] : 0);
    for (int i = 0; i < n; i++)
        y[i] = (double)tmp[i].q[0] * x[0];
}
