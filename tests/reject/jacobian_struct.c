// expect: 9:22: error: a dense Jacobian of 'f' cannot be made: 's' is not made of numbers of one type alone; name others in the SPEC, or use --jvp
// expect: 14:47: error: a dense Jacobian of 'g' cannot be made: 'm' is not made of numbers of one type alone; name others in the SPEC, or use --jvp
#include <adgen.h>

struct state {
    double *x, v;
};
AD_JACOBIAN()
void f(struct state *s, double t)
{
    s->x[0] += s->v * t;
}
AD_JACOBIAN(m)
double g(const struct { float a; double b; } *m)
{
    return m->a * m->b;
}
