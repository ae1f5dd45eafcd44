// expect: bits_converted.c:13:17: error: this number is made of the bits of floating data that carries derivatives, which end there
// expect: bits_converted.c:29:9: error: this number may be made of the bytes of others, whose derivatives end there
// expect: bits_converted.c:40:15: error: this number may be made of the bytes of others, whose derivatives end there
// args: --grad log_loss --grad reciprocal_root --grad moved
// construct: numbers made of the bits of others (a fast logarithm, a reciprocal root): use <math.h>, or AD_CUSTOM_VJP
#include <stdint.h>
static float fast_log2(float x)
{
    union {
        float f;
        uint32_t i;
    } v = {x};
    float y = v.i;
    return y * 1.1920928955078125e-7f - 126.94269504f;
}
float log_loss(const float *x, int n)
{
    float s = 0;
    for (int i = 0; i < n; i++)
        s += fast_log2(x[i]) * x[i];
    return s;
}
float reciprocal_root(float number)
{
    float half = number * 0.5f, y = number;
    int32_t i = *(int32_t *)&y;
    i = 0x5f3759df - (i >> 1);
    float *guess = (float *)&i;
    y = *guess;
    return y * (1.5f - half * y * y);
}
double moved(double x)
{
    union {
        double d;
        int64_t bits;
    } from, to;
    from.d = x;
    to.bits = from.bits;
    return to.d * 3;
}
