// construct: pointers and arrays: NULL for results that are not asked for
#include <adgen.h>
#include <math.h>
#include <stddef.h>

static double polar(double x, double y, double *angle, int *quadrant)
{
    if (angle)
        *angle = atan2(y, x);
    if (quadrant != NULL)
        *quadrant = x > 0 ? (y > 0 ? 1 : 4) : (y > 0 ? 2 : 3);
    return sqrt(x * x + y * y);
}

AD_GRAD(x, y)
double radius_only(double x, double y)
{
    return polar(x, y, NULL, NULL) * x;
}

AD_GRAD(x, y)
double radius_and_angle(double x, double y)
{
    double a;
    double r = polar(x, y, &a, 0);
    return r * a;
}
