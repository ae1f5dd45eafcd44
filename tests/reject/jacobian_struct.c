// expect: 8:22: error: a dense Jacobian of 'f' cannot be made: 's' is not an array of real numbers; name others in the SPEC, or use --jvp
#include <adgen.h>

struct state {
    double x, v;
};
AD_JACOBIAN()
void f(struct state *s, double t)
{
    s->x += s->v * t;
}
