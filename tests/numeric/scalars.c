// check: --set n=6
// construct: numbers: arithmetic and its conversions
// construct: numbers: `float`, `double`
// construct: numbers: compound assignment
// construct: numbers: `++` and `--`
// construct: numbers: mixed precisions
// construct: numbers: `long double`
// directions: --directions: parameter 'u' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>
#include <math.h>

AD_GRAD()
double arith(double a, double b, double c)
{
    double t = a * b - c / (a + 2.0);
    double u = -t + +b;
    t = t * t + u;
    return (t - c) / (1.0 + b * b) - 3 * a;
}

AD_GRAD(a, c)
double some(double a, double b, double c)
{
    return a * b * c + b * b;
}

AD_VJP()
double one(double x)
{
    return x;
}

AD_VJP()
double nothing(double x)
{
    (void)x;
    return 4.0;
}

AD_GRAD()
float mixf(float a, float b)
{
    float t = a * b + 0.5f;
    t = sqrtf(t) + expf(-a) * b;
    return t / (1.0f + a * a);
}

AD_VJP(x, s -> y)
void scalef(AD_LEN(n) const float *x, float s, AD_LEN(n) float *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = s * x[i] * x[i];
}

AD_GRAD(x)
double mixed_precision(AD_LEN(n) const float *x, double w, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * w + (float)(w * 0.5) * x[i];
    return s;
}

AD_VJP()
void ops(AD_LEN(n) double *x, double a, int n)
{
    for (int i = 0; i < n; i++) {
        x[i] += a;
        x[i] -= a * x[i];
        x[i] *= x[(i + 1) % n];
        x[i] /= 2 + a;
    }
}

AD_GRAD(x)
double ints(AD_LEN(n) const double *x, int n)
{
    int m = 7;
    m += n;
    m -= 2;
    m *= 3;
    m /= 2;
    m %= 11;
    m <<= 2;
    m >>= 1;
    m &= 0x1f;
    m |= 1;
    m ^= 4;
    double s = x[m % n] * x[0];
    s += m;
    float f = 1.5f;
    f *= x[1];
    f += 2;
    int k = 3;
    k *= 1.7;
    return (s *= x[2]) + f * k;
}

AD_GRAD(x)
double chained(AD_LEN(n) const double *x, int n)
{
    double a, b, c;
    a = b = c = x[n - 1];
    a += b *= c - x[0];
    return a * b * c;
}

AD_VJP(x -> y)
void inc(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    int i = 0, k = n;
    while (i < n) {
        --k;
        y[k] = x[i++] * 2;
        y[k]++;
        ++y[k];
        y[k]--;
        double t = y[k]--;
        y[k] *= t;
    }
}

typedef float real;
typedef struct { real w; double acc; short k; unsigned char flag; } Neuron;

AD_VJP()
void neurons(AD_LEN(n) Neuron *u, AD_LEN(n) const real *x, int n)
{
    for (int i = 0; i < n; i++) {
        u[i].acc += u[i].w * x[i];
        u[i].k = (short)(u[i].k + 1);
        if (u[i].flag)
            u[i].w -= 0.01f * x[i];
    }
}

AD_GRAD(x)
real sum_real(AD_LEN(n) const real *x, int n)
{
    real s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * (real)i / 3;
    return s;
}

AD_GRAD(x)
long double wide(AD_LEN(n) const long double *x, int n)
{
    long double s = 0.1L;
    for (int i = 0; i < n; i++)
        s += sinl(x[i]) * expl(-x[i]) + powl(x[i], 3.0L);
    return s;
}
