/* The 2 x 15 Jacobian of one observation by hand: the projection's derivative (2 x 3) is multiplied into the rotation's parts. */
#include "ba_jacobian.h"

#include <math.h>

enum { ROTATION = 0, CENTER = 3, FOCAL = 6, PRINCIPAL = 7, RADIAL = 9, POINT = 11, WEIGHT = 14, COLUMNS = 15 };

void residual_limit(const double *cam, const double *point, double weight, const double *seen, double *err, double *restrict J);

/* d: derivative of one residual by the rotated point; its part of the Jacobian's row by axis, centre and point. */
static void rotation_row(const double w[3], const double p[3], const double n[3], double s, double c, double along, double inverse,
                         const double d[3], double *restrict row)
{
    double rest = 1 - c, by_axis = d[0] * w[0] + d[1] * w[1] + d[2] * w[2];
    double by_p = d[0] * p[0] + d[1] * p[1] + d[2] * p[2], by_n = d[0] * n[0] + d[1] * n[1] + d[2] * n[2];
    double u[3] = {s * (p[1] * d[2] - p[2] * d[1]) + rest * (along * d[0] + by_axis * p[0]),
                   s * (p[2] * d[0] - p[0] * d[2]) + rest * (along * d[1] + by_axis * p[1]),
                   s * (p[0] * d[1] - p[1] * d[0]) + rest * (along * d[2] + by_axis * p[2])};
    double factor = by_n * c - (by_p - by_axis * along) * s - inverse * (u[0] * w[0] + u[1] * w[1] + u[2] * w[2]);
    double d_p[3] = {c * d[0] + s * (d[1] * w[2] - d[2] * w[1]) + rest * by_axis * w[0],
                     c * d[1] + s * (d[2] * w[0] - d[0] * w[2]) + rest * by_axis * w[1],
                     c * d[2] + s * (d[0] * w[1] - d[1] * w[0]) + rest * by_axis * w[2]};
    for (int i = 0; i < 3; i++) {
        row[ROTATION + i] = inverse * u[i] + factor * w[i];
        row[CENTER + i] = -d_p[i];
        row[POINT + i] = d_p[i];
    }
}

/* Near angle 0. */
static void small_rotation_row(const double w[3], const double p[3], const double d[3], double *restrict row)
{
    double d_p[3] = {d[0] + d[1] * w[2] - d[2] * w[1], d[1] + d[2] * w[0] - d[0] * w[2], d[2] + d[0] * w[1] - d[1] * w[0]};
    row[ROTATION] = p[1] * d[2] - p[2] * d[1];
    row[ROTATION + 1] = p[2] * d[0] - p[0] * d[2];
    row[ROTATION + 2] = p[0] * d[1] - p[1] * d[0];
    for (int i = 0; i < 3; i++) {
        row[CENTER + i] = -d_p[i];
        row[POINT + i] = d_p[i];
    }
}

void residual_limit(const double *cam, const double *point, double weight, const double *seen, double *err, double *restrict J)
{
    double p[3] = {point[0] - cam[CENTER], point[1] - cam[CENTER + 1], point[2] - cam[CENTER + 2]};
    double w[3] = {cam[ROTATION], cam[ROTATION + 1], cam[ROTATION + 2]}, n[3], r[3];
    double square = w[0] * w[0] + w[1] * w[1] + w[2] * w[2], s = 1, c = 1, along = 0, inverse = 1;
    int small = square < 1e-24;
    if (!small) {
        double angle = sqrt(square);
        s = sin(angle);
        c = cos(angle);
        inverse = 1 / angle;
        for (int i = 0; i < 3; i++)
            w[i] *= inverse;
        along = w[0] * p[0] + w[1] * p[1] + w[2] * p[2];
    }
    n[0] = w[1] * p[2] - w[2] * p[1];
    n[1] = w[2] * p[0] - w[0] * p[2];
    n[2] = w[0] * p[1] - w[1] * p[0];
    for (int i = 0; i < 3; i++)
        r[i] = p[i] * c + n[i] * s + w[i] * along * (1 - c);

    double focal = cam[FOCAL], k1 = cam[RADIAL], k2 = cam[RADIAL + 1];
    double z = 1 / r[2], x[2] = {r[0] * z, r[1] * z}, r2 = x[0] * x[0] + x[1] * x[1], stretch = 1 + r2 * (k1 + k2 * r2);
    double scale = weight * focal, slope = 2 * scale * (k1 + 2 * k2 * r2);
    for (int i = 0; i < 2; i++) {
        double *row = J + i * COLUMNS, miss = x[i] * stretch * focal + cam[PRINCIPAL + i] - seen[i];
        double d[3] = {slope * x[i] * x[0] * z, slope * x[i] * x[1] * z, 0};
        d[i] += scale * stretch * z;
        d[2] = -d[0] * x[0] - d[1] * x[1];
        err[i] = weight * miss;
        row[FOCAL] = weight * x[i] * stretch;
        row[PRINCIPAL + i] = weight;
        row[PRINCIPAL + 1 - i] = 0;
        row[RADIAL] = scale * x[i] * r2;
        row[RADIAL + 1] = scale * x[i] * r2 * r2;
        row[WEIGHT] = miss;
        if (small)
            small_rotation_row(w, p, d, row);
        else
            rotation_row(w, p, n, s, c, along, inverse, d, row);
    }
}
