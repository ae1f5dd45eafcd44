/* special.c: digamma, trigamma, polygamma, which are the derivatives of lgamma and tgamma; exp(-x*x) for those of erf and erfc. */
#include "adgen_rt.h"

#include <math.h>

#define PI C(3.14159265358979323846264338327950288)

#define REAL long double
#define FN(name) name##l
#define C(x) x##L
#define SHIFT 16
#define TERMS 12
#define REFLECTED_DIGAMMA(x) reflected_digamma(x)
static long double reflected_digamma(long double x);
#include "special_impl.h"

static long double reflected_digamma(long double x)
{
    long double r = fractionl(x);
    return r == 0 || isinf(x) ? NAN : ad_digammal(1 - x) - PI * cot_pil(r);
}

#undef REAL
#undef FN
#undef C
#undef SHIFT
#undef TERMS
#undef REFLECTED_DIGAMMA

/* In double the two terms of the reflection are added in more digits, where there are any: they cancel near digamma's zeros. */
#define REAL double
#define FN(name) name
#define C(x) x
#define SHIFT 10
#define TERMS 8
#define REFLECTED_DIGAMMA(x) (double)ad_digammal(x)
#include "special_impl.h"

float ad_gaussianf(float x)
{
    return (float)exp(-(double)x * x); /* exact squares */
}

float ad_digammaf(float x)
{
    return (float)ad_digamma(x);
}

float ad_trigammaf(float x)
{
    return (float)ad_trigamma(x);
}

float ad_polygammaf(int n, float x)
{
    return (float)ad_polygamma(n, x);
}
