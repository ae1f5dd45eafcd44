// expect: 4:1: error:
// args: 
#include <adgen.h>
AD_GRAD(x ->)
double f(double x)
{
    return x;
}
