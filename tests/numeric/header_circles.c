// check:
// construct: functions: headers that include each other, headers without guards
// directions: --directions: parameter 'a' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>

#include "circle_unit.h"
#include "circle_plain.h"
#include "circle_all.h"

double circle_area(double radius)
{
    return 3 * radius * radius;
}

AD_GRAD(u)
double united(AD_LEN(1) struct unit *u, AD_LEN(1) const group *g)
{
    double s = 0;
    for (int i = 0; i < 3; i++)
        s += circle_area(u->gain * g->weights[i]);
    return g->kind == KIND_LINEAR ? s : s * s;
}

AD_GRAD(a)
double all_united(AD_LEN(1) struct all *a, AD_LEN(1) const group *g)
{
    return united(&a->units[0], g) + united(&a->units[1], g);
}
