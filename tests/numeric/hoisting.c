// check: --set n=5 --range v=0.2:1.5 --set 'place[i]=(i*3)%n'
// construct: control flow: `AD_INDEPENDENT` before loops
#include <adgen.h>
#include <math.h>

/* sin and cos, sinh and cosh of the same argument: none is called again in the reverse sweep. */
AD_GRAD(v)
double turn(AD_LEN(n) const double *v, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double a = v[i] * s + 0.1, si = sin(a), c = cos(a);
        s += si * c * sinh(v[i]) + cosh(v[i]);
    }
    return s;
}

/* Known only in one arm, after the loop, or in another precision. */
AD_GRAD(x, v)
double elsewhere(double x, AD_LEN(n) const double *v, int n)
{
    double s = 0;
    float y = (float)v[0];
    if (v[1] > 0.5)
        s += cos(x);
    for (int i = 0; i < n; i++) {
        double a = v[i];
        if (i % 2)
            s += sin(a) * s;
        else
            s += cos(a) * sin(x);
        s += sinf(y) * a;
    }
    return s * cos(x) + cos(y);
}

/* Several reads and writes of one element, reads after overwrites, dead stores. */
AD_VJP()
void rewrite(AD_LEN(n) double *x, int n)
{
    for (int i = 0; i < n; i++) {
        double old = x[i];
        x[i] = sin(x[i]);
        x[i] = x[i] * old;
        x[i] = x[i] + x[i] * x[i];
        x[0] += 0.1 * x[i];
        if (i == 2)
            x[i] = old;
    }
}

AD_GRAD(x)
double scalar_reuse(double x)
{
    double t = x;
    t = t * t;
    t = t * t + t;
    double u = t;
    t = sin(u);
    u = u * t;
    t = 0;
    return u + t * x;
}

/* Several divisions by one value; loops that divide by what stays the same in them, and by what does not; branches decided by quotients. */

AD_VJP(x -> y)
void normalised(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    double sum = 1;
    for (int i = 0; i < n; i++)
        sum += exp(x[i]);
    for (int i = 0; i < n; i++)
        y[i] = x[i] * x[i] / sum;
}

AD_GRAD(p)
float projected(AD_LEN(3) const float p[3])
{
    float z = p[2] * p[2] + 1.0f, u = p[0] / z, v = p[1] / z;
    return u * u + u * v / z + sqrtf(z) / z;
}

/* The divisor is another one in each iteration. */
AD_GRAD(x)
double running(AD_LEN(n) const double *x, int n)
{
    double scale = 2, s = 0;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++)
            s += x[j] / scale + sin(x[i]) / scale;
        scale += s * s / scale;
    }
    return s;
}

/* Which way it goes hangs on a quotient's last bit (it is always the first); the reverse sweep decides again. */
AD_GRAD(x)
double decided(AD_LEN(n) const double *x, int n)
{
    double d = 3 + x[0] * x[0], s = 0;
    for (int i = 0; i < n; i++) {
        double q = x[i] / d;
        if (fabs(q * d - x[i]) <= 0x1p-52 * fabs(x[i]))
            s += q * q / d;
        else
            s += 5 * q / d;
    }
    return s;
}

/* A loop that does not run divides by nothing. */
AD_GRAD(x, y)
double empty(AD_LEN(n) const double *x, double y, int n)
{
    double zero = y - y, s = y;
    for (int i = n; i < n; i++)
        s += x[i] / zero;
    for (int i = 0; i < n; i++)
        s += x[i] > 10 ? x[i] / zero : x[i] / (1 + y * y);
    return s;
}

/* 1 / sqrt(u), whose derivative is a function of its value; and quotients by roots that are not that. */

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

/* Places that only the user knows to be different ones, or that are only added to. */
AD_VJP(x -> y)
AD_NOALIAS
void scatter(AD_LEN(n) const double *x, AD_LEN(n) double *y, AD_LEN(n) const int *place, int n)
{
    AD_INDEPENDENT
    for (int i = 0; i < n; i++)
        y[place[i]] = sin(x[i]) * x[i];
}
AD_VJP(x -> y)
AD_NOALIAS
void in_place(AD_LEN(n) const double *x, AD_LEN(n) double *y, AD_LEN(n) const int *place, int n)
{
    AD_INDEPENDENT
    for (int i = 0; i < n; i++) {
        int k = place[i];
        y[k] = sin(x[i]) * y[k] * y[k];
    }
}
AD_GRAD(x)
AD_NOALIAS
double sums(AD_LEN(n) const double *x, AD_LEN(n) double *bin, AD_LEN(n) const int *place, int n)
{
    double s = 0;
    AD_INDEPENDENT
    for (int i = 0; i < n; i++) {
        double e = exp(x[i]);
        bin[place[i]] += e * e;
        s += e * x[i];
    }
    return s;
}
AD_VJP(x -> bin)
AD_JVP(x -> bin)
void histogram(AD_LEN(n) const double *x, AD_LEN(n) double *bin, AD_LEN(n) const int *place, int n)
{
    AD_INDEPENDENT
    for (int i = 0; i < n; i++)
        bin[place[i] / 2] += x[i] * x[i];
    for (int i = 0; i < n; i++)
        bin[i] = sin(bin[i]);
}
