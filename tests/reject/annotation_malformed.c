// expect: 4:1: error: malformed SPEC
// args: 
#include <adgen.h>
AD_GRAD(x ->)
double f(double x)
{
    return x;
}
