// expect: 14:12: error: 'm' of 'apply' holds pointers to data that carries derivatives
// args: --grad f
#include <adgen.h>
struct model {
    const double *w;
    int n;
};
double apply(const struct model *m, double x);
double apply_vjp(const struct model *m, double x, struct model *d_m, double *d_x, double d_return);
AD_CUSTOM_VJP(apply, apply_vjp)
double f(const double *w, int n, double x)
{
    struct model m = {w, n};
    return apply(&m, x);
}
