// check: --set n=5
/* 1 / sqrt(u), whose derivative is a function of its value; and quotients by roots that are not that. */
#include <adgen.h>
#include <math.h>

AD_VJP(x -> y)
void normalise(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    double square = 0.1;
    for (int i = 0; i < n; i++)
        square += x[i] * x[i];
    double scale = 1 / sqrt(square);
    for (int i = 0; i < n; i++)
        y[i] = x[i] * scale;
}

static float inverse_length(const float v[3])
{
    return 1.0f / sqrtf(v[0] * v[0] + v[1] * v[1] + v[2] * v[2] + 1e-5f);
}

AD_GRAD(v)
float cosine(AD_LEN(6) const float *v)
{
    float dot = v[0] * v[3] + v[1] * v[4] + v[2] * v[5];
    return dot * inverse_length(v) * inverse_length(v + 3);
}

/* The root is used once more. */
AD_GRAD(a, b)
double both(double a, double b)
{
    double root = sqrt(a * a + b * b + 1), one = 1 / root;
    return one * a + root * b + 2 / sqrt(2 + a * a) + (1 - b) / sqrt(1 + b * b);
}

AD_GRAD(a)
long double in_long_double(long double a)
{
    return 1 / sqrtl(1 + a * a);
}
