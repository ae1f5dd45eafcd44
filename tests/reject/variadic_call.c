// expect: 20:31: error: a value of type 'va_list' cannot be used here; take the arguments in this function, or pass an array
// args: --grad f
// construct: a `va_list` that is handed to another function: pass an array
#include <stdarg.h>
double f(double x);

/* The numbers come through. */
static double add(int count, va_list args)
{
    double total = 0;
    for (int i = 0; i < count; i++)
        total += va_arg(args, double);
    return total;
}

static double sum(int count, ...)
{
    va_list args;
    va_start(args, count);
    double total = add(count, args);
    va_end(args);
    return total;
}

double f(double x)
{
    return sum(2, x, x * x);
}
