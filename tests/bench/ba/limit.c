/* The gradient of the reprojection error by hand: each observation forward and back at once, everything in scalars, one call each
 * of sqrt, sin and cos, 1/angle and 1/z shared by forward and reverse. */
#include "ba.h"

#include <math.h>

double ba_error_limit(int ncams, int npoints, int nobs, const Camera *cams, const Point *points, const double *weights,
                      const Observation *obs, Camera *d_cams, Point *d_points, double *d_weights);

static Point cross(Point a, Point b)
{
    Point c = {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
    return c;
}

static double dot(Point a, Point b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static Point combine(double a, Point x, double b, Point y, double c, Point z)
{
    Point r = {a * x.x + b * y.x + c * z.x, a * x.y + b * y.y + c * z.y, a * x.z + b * y.z + c * z.z};
    return r;
}

/* What the rotation by an axis computed and its reverse reads. */
typedef struct {
    Point axis, p, normal;
    double inverse, s, c, along;
    int small;
} Rotation;

static Point rotate(Rotation *r, const double axis[3], Point p)
{
    Point w = {axis[0], axis[1], axis[2]};
    double square = dot(w, w);
    r->p = p;
    r->small = square < 1e-24;
    if (r->small) {
        r->axis = w;
        return combine(1, p, 1, cross(w, p), 0, p);
    }
    double angle = sqrt(square);
    r->inverse = 1 / angle;
    r->s = sin(angle);
    r->c = cos(angle);
    r->axis.x = w.x * r->inverse;
    r->axis.y = w.y * r->inverse;
    r->axis.z = w.z * r->inverse;
    r->normal = cross(r->axis, p);
    r->along = dot(r->axis, p);
    return combine(r->c, p, r->s, r->normal, r->along * (1 - r->c), r->axis);
}

/* d: derivative of the rotated point. Returns that of the point; adds to the axis's. */
static Point reverse_rotate(const Rotation *r, Point d, double d_axis[3])
{
    Point d_w, d_p;
    if (r->small) {
        d_w = cross(r->p, d);
        d_p = combine(1, d, 1, cross(d, r->axis), 0, d);
    } else {
        double rest = 1 - r->c, by_axis = dot(d, r->axis),
               d_angle = dot(d, r->normal) * r->c - (dot(d, r->p) - by_axis * r->along) * r->s;
        Point d_unit = combine(r->s, cross(r->p, d), rest * r->along, d, rest * by_axis, r->p);
        d_p = combine(r->c, d, r->s, cross(d, r->axis), rest * by_axis, r->axis);
        d_w = combine(r->inverse, d_unit, d_angle - r->inverse * dot(d_unit, r->axis), r->axis, 0, d);
    }
    d_axis[0] += d_w.x;
    d_axis[1] += d_w.y;
    d_axis[2] += d_w.z;
    return d_p;
}

double ba_error_limit(int ncams, int npoints, int nobs, const Camera *cams, const Point *points, const double *weights,
                      const Observation *obs, Camera *d_cams, Point *d_points, double *d_weights)
{
    double sum = 0;
    (void)ncams;
    (void)npoints;
    for (int i = 0; i < nobs; i++) {
        const Camera *cam = &cams[obs[i].camera];
        const Point *point = &points[obs[i].point];
        Camera *d_cam = &d_cams[obs[i].camera];
        Point *d_point = &d_points[obs[i].point];
        Point from = {point->x - cam->center[0], point->y - cam->center[1], point->z - cam->center[2]};
        Rotation rotation;
        Point p = rotate(&rotation, cam->rotation, from);
        double focal = cam->focal, k1 = cam->radial[0], k2 = cam->radial[1], w = weights[i];
        double inverse = 1 / p.z, x = p.x * inverse, y = p.y * inverse, r2 = x * x + y * y, stretch = 1 + r2 * (k1 + k2 * r2);
        double scale = focal * stretch;
        double u = scale * x + cam->principal[0] - obs[i].u, v = scale * y + cam->principal[1] - obs[i].v;
        double eu = w * u, ev = w * v, ew = 1 - w * w;
        sum += eu * eu + ev * ev + ew * ew;

        double d_u = eu * w, d_v = ev * w, d_scale = d_u * x + d_v * y, d_stretch = d_scale * focal;
        double d_r2 = 2 * d_stretch * (k1 + 2 * k2 * r2);
        d_weights[i] += eu * u + ev * v - 2 * ew * w;
        d_cam->principal[0] += d_u;
        d_cam->principal[1] += d_v;
        d_cam->focal += d_scale * stretch;
        d_cam->radial[0] += d_stretch * r2;
        d_cam->radial[1] += d_stretch * r2 * r2;
        Point d = {(d_u * scale + d_r2 * x) * inverse, (d_v * scale + d_r2 * y) * inverse, 0};
        d.z = -d.x * x - d.y * y;
        d = reverse_rotate(&rotation, d, d_cam->rotation);
        d_cam->center[0] -= d.x;
        d_cam->center[1] -= d.y;
        d_cam->center[2] -= d.z;
        d_point->x += d.x;
        d_point->y += d.y;
        d_point->z += d.z;
    }
    return 0.5 * sum;
}
