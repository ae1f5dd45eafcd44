// check:
// construct: numbers: `float`, `double`
#include <adgen.h>
#include <math.h>

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
