// expect: 16:15: error: 'sum' takes a variable number of arguments; pass an array and its length instead
// args: --grad f
// construct: the address of a `va_list`: hand on the list itself, or pass an array
#include <stdarg.h>
double f(double x);

/* The numbers come through. */
static double add(int count, va_list *args)
{
    double total = 0;
    for (int i = 0; i < count; i++)
        total += va_arg(*args, double);
    return total;
}

static double sum(int count, ...)
{
    va_list args;
    va_start(args, count);
    double total = add(count, &args);
    va_end(args);
    return total;
}

double f(double x)
{
    return sum(2, x, x * x);
}
