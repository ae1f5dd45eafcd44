/* bowl.c: x^2 + y^2. Put another function here and the picture is of that. */
#include "bowl.h"

#include <adgen.h>

AD_GRAD(x, y)
double bowl(double x, double y)
{
    return x * x + y * y;
}
