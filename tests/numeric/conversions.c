// check: --set n=7 --set k=3 --set c=2 --set h=4 --set u=6 --set b=1 --set x=0.55
#include <adgen.h>
#include <stdbool.h>

AD_GRAD(x)
double from_ints(double x, int n, long k, char c, short h, unsigned u, bool b, float f)
{
    double s = x * n + k * x;
    s += (double)c * x / h;
    s *= 1.0 + u * 0.1;
    s -= b * x;
    s += f * x;
    return s + n / 2 + (double)n / 2;
}

AD_GRAD(x)
double to_ints(double x, int n)
{
    int i = (int)(x * 10.0);      /* no derivative through an integer */
    unsigned char q = (unsigned char)(i + n);
    long double l = x;
    float f = (float)(x * x);
    return i * x + q * x + (double)(l * l) + f;
}

AD_VJP(z -> y)
void narrow(AD_LEN(n) const double *z, AD_LEN(n) float *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = z[i] * z[i];
}
