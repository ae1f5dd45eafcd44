// construct: structs: status records returned beside the result `*err`, also with second derivatives and in recursive functions
#include <adgen.h>
#include <math.h>

typedef struct {
    int code;
    long steps;
} Status;

double scale = 1.25;

AD_GRAD(x, gain -> err)
AD_HVP(x, gain -> err)
Status fit(AD_LEN(n) const double *x, int n, double gain, double *err)
{
    Status st = {0, 0};
    double s = 0.5 * gain;
    if (n <= 0) {
        *err = 0;
        st.code = -1;
        return st;
    }
    for (int i = 0; i < n; i++) {
        s += sin(gain * x[i]) * s * 0.125;
        st.steps++;
        if (s > 1e6) {
            *err = s;
            st.code = 1;
            return st;
        }
    }
    *err = scale * s * s;
    return st;
}

AD_GRAD(x, scale -> err)
Status fit_global(double x, double *err)
{
    Status st = {1, 2};
    double y = x * scale;
    *err = exp(y) * scale;
    return st;
}

AD_GRAD(x -> err; tmp)
Status fit_scratch(AD_LEN(n) const double *x, AD_LEN(n) double *tmp, int n, double *err)
{
    Status st = {n, 0};
    for (int i = 0; i < n; i++)
        tmp[i] = x[i] * x[i];
    double s = 0;
    for (int i = 1; i < n; i++)
        s += tmp[i] * tmp[i - 1];
    *err = s;
    return st;
}

typedef struct {
    int n;
} Count;

static double chain(double x, int n)
{
    return n ? x * chain(x * x, n - 1) : sin(x);
}

AD_GRAD(x, z, scale -> y)
AD_HVP(x, z, scale -> y)
AD_HESSIAN(x, z -> y)
Count fit_recursive(double x, AD_LEN(2) const double *z, double *y)
{
    Count c = {1};
    if (x > 10) {
        *y = 0;
        c.n = 17;
        return c;
    }
    *y = chain(x * scale, 3) * z[0] * z[0] + chain(z[1], 2) * x;
    return (Count){3};
}
