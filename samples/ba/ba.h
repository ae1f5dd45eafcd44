#ifndef BA_H
#define BA_H

typedef struct {
    double rotation[3]; /* axis times angle */
    double center[3];
    double focal;
    double principal[2];
    double radial[2]; /* coefficients of r^2 and r^4 */
} Camera;

typedef struct {
    double x, y, z;
} Point;

typedef struct {
    int camera, point;
    double u, v; /* where the point was seen */
} Observation;

/* residual[2*i], residual[2*i+1]: weighted reprojection error of observation i; residual[2*nobs + i]: 1 - weight^2. */
void ba_residuals(int ncams, int npoints, int nobs, const Camera *cams, const Point *points, const double *weights,
                  const Observation *obs, double *residual);

/* Half the sum of the squared residuals. */
double ba_error(int ncams, int npoints, int nobs, const Camera *cams, const Point *points, const double *weights,
                const Observation *obs);

#endif
