/* graph.c: x^2 + x as a graph of operations. */
#include "graph.h"

#include <adgen.h>

static double mul(double a, double b)
{
    return a * b;
}

static double add(double a, double b)
{
    return a + b;
}

AD_GRAD(x, shift; value)
double expression(double x, AD_LEN(NODES) const double shift[NODES], AD_LEN(NODES) double value[NODES])
{
    value[A] = x + shift[A];
    value[B] = x + shift[B];
    value[C] = mul(value[A], value[B]) + shift[C];
    value[D] = x + shift[D];
    value[E] = add(value[C], value[D]) + shift[E];
    return value[E];
}
