/* Edges of the functions that INTERFACE's zero rule names, in every mode: edges.main.c has the points. k is a factor that may be 0. */
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_sqrt(double x, double k)
{
    return k * sqrt(x);
}

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_cbrt(double x, double k)
{
    return k * cbrt(x);
}

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_log(double x, double k)
{
    return k * log(x);
}

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_asin(double x, double k)
{
    return k * asin(x);
}

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_acos(double x, double k)
{
    return k * acos(x);
}

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_atanh(double x, double k)
{
    return k * atanh(x);
}

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_acosh(double x, double k)
{
    return k * acosh(x);
}

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_fabs(double x, double k)
{
    return k * fabs(x);
}

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_half(double x, double k)
{
    return k * pow(x, 0.5);
}

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_third(double x, double k)
{
    return k * pow(x, 1.0 / 3);
}

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_cube(double x, double k)
{
    return k * pow(x, 3);
}

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_inverse(double x, double k)
{
    return k * pow(x, -1);
}

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_sigmoid(double x, double k)
{
    return k / 1 * (1 / (1 + exp(-x)));
}

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_sigmoidf(double x, double k)
{
    float y = (float)-x, s = 1.0f / (expf(y) + 1.0f);
    return k * s;
}

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_softplus(double x, double k)
{
    return k * (x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)));
}

AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double e_expm1(double x, double k)
{
    return k * log1p(expm1(x));
}

/* Two operands. */
AD_GRAD(x, y)
AD_JVP(x, y)
AD_HVP(x, y)
double e_pow(double x, double y, double k)
{
    return k * pow(x, y);
}

AD_GRAD(x, y)
AD_JVP(x, y)
AD_HVP(x, y)
double e_hypot(double x, double y, double k)
{
    return k * hypot(x, y);
}

AD_GRAD(x, y)
AD_JVP(x, y)
AD_HVP(x, y)
double e_atan2(double x, double y, double k)
{
    return k * atan2(x, y);
}

AD_GRAD(x, y)
AD_JVP(x, y)
AD_HVP(x, y)
double e_fmax(double x, double y, double k)
{
    return k * fmax(x, y);
}

AD_GRAD(x, y)
AD_JVP(x, y)
AD_HVP(x, y)
double e_fdim(double x, double y, double k)
{
    return k * fdim(x, y);
}

AD_GRAD(x, y)
AD_JVP(x, y)
AD_HVP(x, y)
double e_fmod(double x, double y, double k)
{
    return k * fmod(x, y);
}

AD_GRAD(x, y)
AD_JVP(x, y)
AD_HVP(x, y)
double e_remainder(double x, double y, double k)
{
    return k * remainder(x, y);
}
