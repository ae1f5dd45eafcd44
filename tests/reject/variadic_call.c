// expect: 12:5: error: adgen does not support variable arguments (va_start, va_arg)
// args: --grad f
// construct: functions of a variable number of arguments that return or store numbers: pass an array
#include <stdarg.h>

static double total;

/* The numbers come through. */
static double sum(int count, ...)
{
    va_list args;
    va_start(args, count);
    for (int i = 0; i < count; i++)
        total += va_arg(args, double);
    va_end(args);
    return total;
}

double f(double x)
{
    return sum(2, x, x * x);
}
