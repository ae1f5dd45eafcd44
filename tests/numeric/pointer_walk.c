// check: --set n=6
// construct: pointers and arrays: walking pointers
#include <adgen.h>

AD_GRAD(x)
double walk(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    const double *p = x;
    for (int i = 0; i < n; i++, p++)
        s += *p * *p;
    return s;
}

AD_GRAD(x)
double star_inc(AD_LEN(n) const double *x, int n)
{
    double s = 1;
    while (n-- > 0)
        s *= 0.5 + *x++;
    return s;
}

AD_GRAD(x)
double to_end(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (const double *p = x, *end = x + n; p < end; p += 2)
        s += *p * p[1];
    return s;
}

AD_VJP(x -> y)
void both(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    const double *end = x + n;
    while (x != end) {
        *y++ = *x * *x;
        x++;
    }
}

AD_GRAD(x)
double difference(AD_LEN(n) const double *x, int n)
{
    const double *p = x;
    while (p - x < n - 1 && p[1] > 0)
        p++;
    return *p * (double)(p - x);
}
