// check: --set n=6
/* Several divisions by one value; loops that divide by what stays the same in them, and by what does not; branches decided by quotients. */
#include <adgen.h>
#include <math.h>

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
