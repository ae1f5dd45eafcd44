// check:
// construct: types: parameters named like their type (`layer *layer`)
// directions: --directions: parameter 'unit' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>

typedef struct {
    int n;
    double scale, w[4];
} unit;
typedef double real;

AD_VJP(unit)
double named_as_its_type(unit *unit)
{
    double s = 0;
    for (int i = 0; i < 4; i++)
        s += unit->w[i] * unit->scale;
    return s;
}

AD_VJP(real, x)
real named_as_a_number(real real, double x)
{
    return real * real * x;
}

AD_GRAD(unit)
double named_as_its_type_by_value(unit unit, int k)
{
    return unit.w[k & 3] * unit.scale;
}

AD_VJP(cell -> to)
void named_as_the_copy(AD_LEN(1) const unit *cell, AD_LEN(1) unit *to, double *unit)
{
    *to = *cell;
    to->scale *= cell->w[0];
    unit[0] = 0;
}
