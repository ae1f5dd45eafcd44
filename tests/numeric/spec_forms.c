// check: --set n=5
#include <adgen.h>
#include <math.h>

/* `-> err`: the objective through a pointer. */
AD_GRAD(w -> err)
void through_pointer(AD_LEN(n) const double *w, AD_LEN(1) double *err, int n)
{
    *err = 0;
    for (int i = 0; i < n; i++)
        *err += w[i] * w[i];
    *err = sqrt(*err);
}

/* scratch named after the semicolon */
AD_GRAD(x; tmp)
double with_scratch(AD_LEN(n) const double *x, AD_LEN(n) double *tmp, int n)
{
    for (int i = 0; i < n; i++)
        tmp[i] = x[i] * x[i];
    double s = 0;
    for (int i = 0; i < n; i++)
        s += tmp[i] * tmp[n - 1 - i];
    return s;
}

/* under the bare form an array that turns out to be scratch is taken as such */
AD_GRAD(x)
double trajectory(AD_LEN(n) const double *x, AD_LEN(n) double *log, int n)
{
    double s = 1;
    for (int i = 0; i < n; i++) {
        s *= x[i] + 0.5;
        log[i] = s;
    }
    return s;
}

AD_VJP(x, y -> y, z)
double everything(AD_LEN(n) const double *x, AD_LEN(n) double *y, AD_LEN(n) double *z, int n)
{
    double r = 0;
    for (int i = 0; i < n; i++) {
        z[i] = y[i] * x[i];
        y[i] = z[i] + y[i] * y[i];
        r += y[i];
    }
    return r;
}

AD_VJP(x -> z; tmp)
void vjp_scratch(AD_LEN(n) const double *x, AD_LEN(n) double *tmp, AD_LEN(n) double *z, int n)
{
    for (int i = 0; i < n; i++)
        tmp[i] += x[i];
    for (int i = 0; i < n; i++)
        z[i] = tmp[i] * tmp[0];
}

AD_JVP(x -> z)
void forward_only(AD_LEN(n) const double *x, AD_LEN(n) double *z, int n)
{
    for (int i = 0; i < n; i++)
        z[i] += exp(x[i]) * z[0];
}

AD_JVP()
double forward_bare(double a, AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    double s = a;
    for (int i = 0; i < n; i++) {
        y[i] *= a;
        s += x[i] * y[i];
    }
    return s;
}
