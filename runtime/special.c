/* special.c: digamma, trigamma, polygamma; the derivatives of lgamma and tgamma. */
#include "adgen_rt.h"

#include <math.h>

#define PI C(3.14159265358979323846264338327950288)

#define REAL double
#define FN(name) name
#define C(x) x
#define SHIFT 10
#define TERMS 8
#include "special_impl.h"
#undef REAL
#undef FN
#undef C
#undef SHIFT
#undef TERMS

#define REAL long double
#define FN(name) name##l
#define C(x) x##L
#define SHIFT 16
#define TERMS 12
#include "special_impl.h"

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
