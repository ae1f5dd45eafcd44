// check:
// construct: structs: as results
// directions: --directions: parameter 'a' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>
#include <math.h>

typedef struct {
    double x, y, z;
    int id;
} Vec;

static Vec cross(Vec a, Vec b)
{
    Vec r;
    r.x = a.y * b.z - a.z * b.y;
    r.y = a.z * b.x - a.x * b.z;
    r.z = a.x * b.y - a.y * b.x;
    r.id = a.id + b.id;
    return r;
}

static double norm(Vec v)
{
    return sqrt(v.x * v.x + v.y * v.y + v.z * v.z);
}

AD_GRAD(a, b)
double area(Vec a, Vec b)
{
    Vec c = cross(a, b);
    a.x = 7; /* the function's own copy */
    return norm(c) + c.id + a.x;
}

AD_VJP()
Vec mid(Vec a, Vec b)
{
    Vec m = {.x = (a.x + b.x) / 2, .y = a.y * b.y, .id = a.id};
    m.z = m.x * m.y + a.z;
    return m;
}
