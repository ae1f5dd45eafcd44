/* ba_jacobian.c: reprojection error of one observation: two residuals that depend on 11 numbers of the camera, a point and a weight. */
#include "ba_jacobian.h"

#include <adgen.h>
#include <math.h>

enum { ROTATION = 0, CENTER = 3, FOCAL = 6, PRINCIPAL = 7, RADIAL = 9 };

static double squared_norm(const double *v)
{
    return v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
}

static void cross(const double *a, const double *b, double *c)
{
    c[0] = a[1] * b[2] - a[2] * b[1];
    c[1] = a[2] * b[0] - a[0] * b[2];
    c[2] = a[0] * b[1] - a[1] * b[0];
}

/* p rotated about the axis `rotation` by its length (Rodrigues). */
static void rotate(const double *rotation, const double *p, double *rotated)
{
    double square = squared_norm(rotation), n[3], w[3];
    int i;

    if (square < 1e-24) {
        cross(rotation, p, n);
        for (i = 0; i < 3; i++)
            rotated[i] = p[i] + n[i];
        return;
    }
    double angle = sqrt(square), s = sin(angle), c = cos(angle);
    for (i = 0; i < 3; i++)
        w[i] = rotation[i] / angle;
    cross(w, p, n);
    double along = (w[0] * p[0] + w[1] * p[1] + w[2] * p[2]) * (1 - c);
    for (i = 0; i < 3; i++)
        rotated[i] = p[i] * c + n[i] * s + w[i] * along;
}

static void distort(const double *radial, double *uv)
{
    double r2 = uv[0] * uv[0] + uv[1] * uv[1];
    double stretch = 1 + radial[0] * r2 + radial[1] * r2 * r2;
    uv[0] *= stretch;
    uv[1] *= stretch;
}

AD_JACOBIAN(cam, point, weight->err)
void residual(AD_LEN(11) const double *cam, AD_LEN(3) const double *point, double weight, AD_LEN(2) const double *seen,
              AD_LEN(2) double *err)
{
    double from[3], p[3], uv[2];
    int i;

    for (i = 0; i < 3; i++)
        from[i] = point[i] - cam[CENTER + i];
    rotate(&cam[ROTATION], from, p);
    uv[0] = p[0] / p[2];
    uv[1] = p[1] / p[2];
    distort(&cam[RADIAL], uv);
    for (i = 0; i < 2; i++)
        err[i] = weight * (uv[i] * cam[FOCAL] + cam[PRINCIPAL + i] - seen[i]);
}
