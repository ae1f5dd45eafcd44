// check:
// Function pointers whose targets are all written in the function itself: static functions and those of libm too.
#include <math.h>
#include <adgen.h>

double sq(double x)
{
    return x * x;
}
static double tenth(double x)
{
    return 0.1 * x;
}
static double twice(double (*f)(double), double x)
{
    return f(f(x));
}

AD_GRAD()
double local_choice(AD_LEN(n) const double *x, int n)
{
    double (*table[3])(double) = {tenth, sin, sq}, s = twice(tenth, x[0]);
    for (int i = 0; i < n; i++) {
        double (*f)(double) = x[i] > 1 ? tenth : cos;
        s += f(x[i]) * table[i % 3](x[i]) + twice(f, s);
    }
    return s;
}

typedef double (*Function)(double);
static Function *second(Function *table)
{
    return table + 1;
}

AD_GRAD()
double through_memory(double x, int k)
{
    Function table[2] = {sin, sin};
    *second(table) = tenth;
    if (k > 3)
        table[0] = sq;
    return table[k % 2](x) * table[1](x);
}
