/* Dense matrices of numbers, in a file that includes nothing. */
#include <adgen.h>

AD_HESSIAN(x)
AD_JACOBIAN(x)
double cube(double x)
{
    return x * x * x;
}

AD_HESSIAN(x, y)
double pair(double x, double y)
{
    return x > y ? x * x * y : y * y * y * x;
}
