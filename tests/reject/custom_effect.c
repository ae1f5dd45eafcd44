// expect: 19:12: error: 'logged' calls 'printf', and its derivative would do so again
// expect: 7:5: note: here
// args: --grad f
#include <stdio.h>
#include <adgen.h>
static void report(double x) {
    printf("%g\n", x);
}
double logged(double x)
{
    report(x);
    return x * x;
}
double logged_vjp(double x, double *d_x, double d_return);
AD_CUSTOM_VJP(logged, logged_vjp)

double f(double x)
{
    return logged(x);
}
