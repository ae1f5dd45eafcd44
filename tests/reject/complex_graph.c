// expect: 8:29: error: a graph with values cannot show complex numbers; leave out the inputs, or --emit=c
// args: --emit=dot --grad f --set x=1
// construct: values of complex numbers in a graph: leave out the inputs
#include <complex.h>

double f(double x)
{
    double _Complex z = x + I;
    return creal(z * z);
}
