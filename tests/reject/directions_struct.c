// args: --vjp 'norm(p)' --directions 4 --name one
// expect: error: --directions: parameter 'p' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>

struct point {
    double x, y;
};

AD_VJP(p)
double norm(const struct point *p)
{
    return p->x * p->x + p->y * p->y;
}
