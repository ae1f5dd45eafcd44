/* steps.c: the first functions whose derivatives one learns. */
#include "steps.h"

#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double square(double x)
{
    return x * x;
}

AD_GRAD(x)
double cubic(double x)
{
    return x * x * x + 2 * x * x + x;
}

/* (ax + b)^2 */
AD_GRAD(x)
double line_squared(double a, double b, double x)
{
    double u = a * x + b;
    return u * u;
}

/* One neuron: sigmoid(3x + 2). */
AD_GRAD(x)
double unit(double x)
{
    return 1 / (1 + exp(-(3 * x + 2)));
}

AD_GRAD(x, y)
double form(double x, double y)
{
    return x * x + 3 * x * y + y * y;
}

AD_GRAD(x, y)
double bowl(double x, double y)
{
    return x * x + y * y;
}

/* The loss of a line at one sample. Only w and b are learnt: x and y get no derivative. */
AD_GRAD(w, b)
double squared_error(double w, double b, double x, double y)
{
    double e = w * x + b - y;
    return e * e;
}
