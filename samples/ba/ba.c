/* ba.c: bundle adjustment: how far the projections of 3-D points by estimated cameras are from where they were seen. */
#include "ba.h"

#include <adgen.h>
#include <math.h>

static double dot(Point a, Point b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static Point cross(Point a, Point b)
{
    Point c = {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
    return c;
}

/* p rotated about `axis` by its length, by Rodrigues' formula; to first order near angle 0, where the axis has no direction. */
static Point rotate(const double axis[3], Point p)
{
    double square = axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2];
    Point w = {axis[0], axis[1], axis[2]};
    if (square < 1e-24) {
        Point c = cross(w, p);
        Point r = {p.x + c.x, p.y + c.y, p.z + c.z};
        return r;
    }
    double angle = sqrt(square), s = sin(angle), c = cos(angle);
    w.x /= angle;
    w.y /= angle;
    w.z /= angle;
    Point n = cross(w, p);
    double along = dot(w, p) * (1 - c);
    Point r = {p.x * c + n.x * s + w.x * along, p.y * c + n.y * s + w.y * along, p.z * c + n.z * s + w.z * along};
    return r;
}

/* Pinhole projection with radial distortion around the principal point. */
static void project(const Camera *cam, const Point *point, double uv[2])
{
    Point p = *point;
    p.x -= cam->center[0];
    p.y -= cam->center[1];
    p.z -= cam->center[2];
    p = rotate(cam->rotation, p);
    double x = p.x / p.z, y = p.y / p.z;
    double r2 = x * x + y * y;
    double stretch = 1 + cam->radial[0] * r2 + cam->radial[1] * r2 * r2;
    uv[0] = cam->focal * stretch * x + cam->principal[0];
    uv[1] = cam->focal * stretch * y + cam->principal[1];
}

AD_VJP(cams, points, weights -> residual)
AD_JVP(cams, points, weights -> residual)
void ba_residuals(int ncams, int npoints, int nobs, AD_LEN(ncams) const Camera *cams, AD_LEN(npoints) const Point *points,
                  AD_LEN(nobs) const double *weights, AD_LEN(nobs) const Observation *obs, AD_LEN(3 * nobs) double *residual)
{
    (void)ncams;
    (void)npoints;
    for (int i = 0; i < nobs; i++) {
        double uv[2];
        project(&cams[obs[i].camera], &points[obs[i].point], uv);
        residual[2 * i] = weights[i] * (uv[0] - obs[i].u);
        residual[2 * i + 1] = weights[i] * (uv[1] - obs[i].v);
        residual[2 * nobs + i] = 1 - weights[i] * weights[i];
    }
}

AD_GRAD(cams, points, weights)
AD_JVP(cams, points, weights)
double ba_error(int ncams, int npoints, int nobs, AD_LEN(ncams) const Camera *cams, AD_LEN(npoints) const Point *points,
                AD_LEN(nobs) const double *weights, AD_LEN(nobs) const Observation *obs)
{
    (void)ncams;
    (void)npoints;
    double sum = 0;
    for (int i = 0; i < nobs; i++) {
        double uv[2];
        project(&cams[obs[i].camera], &points[obs[i].point], uv);
        double eu = weights[i] * (uv[0] - obs[i].u), ev = weights[i] * (uv[1] - obs[i].v), ew = 1 - weights[i] * weights[i];
        sum += eu * eu + ev * ev + ew * ew;
    }
    return 0.5 * sum;
}
