// expect: 12:17: error: recursive call of 'odd' is not supported
// expect: 7:8: note: it calls itself through even
// args: --grad f
#include <adgen.h>
double odd(double x, int n);
double even(double x, int n);
double odd(double x, int n)
{
    return n ? x * even(x, n - 1) : x;
}
double even(double x, int n) { return n ?
        x + 1. *odd(x, n - 1) : 1; }
double f(double x)
{
    return odd(x, 5);
}
