/* A header of the sort that programs of one file have: it defines functions and variables with external linkage. */
#ifndef HEADER_DEFINITIONS_H
#define HEADER_DEFINITIONS_H

#include "header_types.h"
#include <math.h>

#define GAIN 1.5

double header_gain = 1.25;
static const double header_table[3] = {0.5, 1.5, 2.5};

typedef struct {
    double scale, shift;
} Line;

double on_line(Line l, double x)
{
    return GAIN * l.scale * x + l.shift;
}

static double curve(const struct knots *k, double x)
{
    return k->at[0] * sin(x) + k->at[1] * x * x;
}

void unused_in_derivatives(void)
{
    header_gain *= 2;
}

#endif
