// expect: 8:19: error: derivatives of 'f' have their own copy of the static variable 'mean', which 'smooth' writes; it starts anew in each call [-Werror=private-static]
// args: --grad f -Werror=private-static
// construct: static numbers that one call leaves to the next (a warning): pass a pointer to them
#include <adgen.h>

static double smooth(double x)
{
    static double mean;
    mean = 0.75 * mean + 0.25 * x;
    return mean;
}
double f(double x)
{
    return smooth(x) * x;
}
