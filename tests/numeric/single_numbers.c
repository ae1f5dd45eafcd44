// check: --set n=4
// construct: pointers and arrays: results and parameters that are only `*p`, whose length is known without `AD_LEN`
#include <math.h>
#include <adgen.h>

/* A price and its sensitivities, each through a pointer that may be NULL. */
AD_JACOBIAN(spot, vol -> price, delta)
AD_VJP(spot, vol -> price, delta)
AD_JVP(spot, vol -> price, delta)
void option(double spot, double vol, double *price, double *delta, int *calls)
{
    if (price)
        *price = spot * exp(-vol * vol);
    *delta = spot / vol;
    if (calls)
        *calls += 1;
}

/* The objective is handed on to functions that add to it. */
static void add(double *sum, double v)
{
    *sum += v;
}

AD_GRAD(x -> err)
AD_HESSIAN(x -> err)
AD_JACOBIAN(x, scale -> err)
void loss(const double *scale, AD_LEN(n) const double *x, int n, double *err)
{
    *err = 0;
    for (int i = 0; i < n; i++)
        add(err, *scale * x[i] * x[i]);
}
