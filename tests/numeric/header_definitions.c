// check: --set n=4
// construct: functions: functions and types in headers
// directions: --directions: parameter 'l' is a struct or a pointer to pointers, which cannot have several directions
// A derivative is linked beside its source: a header that defines functions or variables cannot be included in both.
#include <adgen.h>

#include "header_definitions.h"

AD_VJP()
void along(Line l, AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = on_line(l, x[i]) * header_table[i % 3];
}

AD_VJP()
double shape(struct knots k, double x)
{
    return curve(&k, x) * header_gain;
}
