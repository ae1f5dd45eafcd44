// expect: 5:1: error: 'q' is neither a parameter
// args: 
#include <adgen.h>

AD_GRAD(q)
double f(double x)
{
    return x;
}
