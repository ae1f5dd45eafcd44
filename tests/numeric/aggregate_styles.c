// std: c11
// directions: parameter 's' is a struct
// check: --set n=5 --len img0=16 --len q=9 --set relu=1
// construct: structs: bit-fields beside numbers, compound literals, nested designators; small integer types
#include <adgen.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
/* bit-fields beside floats, compound literals, designated initialisers, nested */
typedef struct {
    unsigned kind : 3;
    signed shift : 5;
    unsigned : 0;
    unsigned on : 1;
    float gain;
    double bias;
} Stage;
AD_GRAD(s)
double stages(AD_LEN(3) Stage *s, double x)
{
    for (int i = 0; i < 3; i++) {
        s[i].kind = (unsigned)i + 6;
        s[i].on ^= 1;
        s[i].shift -= 3;
        if (s[i].on || s[i].kind == 7)
            x = x * s[i].gain + s[i].bias * s[i].kind;
        else
            x = ldexp(x, s[i].shift) * s[i].gain;
    }
    return x;
}
struct Inner {
    double a[2];
    struct {
        float u;
        int k;
    } deep[2];
};
struct Outer {
    struct Inner in[2];
    const char *label;
    double tail;
};
static struct Outer make(double t)
{
    return (struct Outer){.tail = t, .in = {[1] = {.a = {[1] = t * t}, .deep[0].u = (float)t}, [0].a[0] = 3 * t}};
}
static double use(const struct Outer *o)
{
    double s = o->tail;
    for (int i = 0; i < 2; i++) {
        const struct Inner *p = o->in + i;
        s += p->a[0] * p->a[1] + p->deep[0].u * (1 + i) + p->a[i] * p->deep[1].u;
    }
    return s;
}
AD_GRAD(x)
double nested(double x, int n)
{
    struct Outer all[3] = {make(x), [2] = {.tail = x, .in[0] = {{x, 2 * x}, {{1.5f, 2}, {(float)x, 3}}}}};
    double s = 0;
    for (int i = 0; i < n; i++) {
        struct Outer c = all[i % 3];
        all[(i + 1) % 3] = c;
        c.in[1] = (struct Inner){{x, s}, {{.k = i, .u = 1}}};
        s += use(&c) + use(&all[i % 3]) + use(&(struct Outer){.tail = x * s});
        double *row = (double[]){x, s, x * s, 1};
        s *= 0.1 + row[i % 4] * 0.01;
    }
    return s;
}
AD_GRAD(img, w)
double conv(const unsigned char *img0, AD_LEN(16) const float *img, AD_LEN(9) const float *w, const int8_t *q, short bias,
            _Bool relu)
{
    float s = 0;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
            float acc = bias / 16.0f;
            for (int a = 0; a < 3; a++)
                for (int b = 0; b < 3; b++)
                    acc += (img0[(i + a) * 4 + j + b] / 255.f + img[(i + a) * 4 + j + b]) * (w[3 * a + b] + q[3 * a + b] * 0.01f);
            if (relu && acc < 0)
                acc = 0;
            s += acc * acc;
        }
    return s;
}
AD_GRAD(x)
double intfrom(AD_LEN(4) const double *x, AD_LEN(11) const double *table)
{
    double s = 0;
    for (int i = 0; i < 4; i++) {
        int k = (int)(x[i] * 8);
        long r = lround(x[i] * 3);
        double f = x[i] * 8 - k, fl = floor(x[i] * 5.5);
        s += table[k] * (1 - f) + table[k + 1] * f + r * x[i] + fl * fl * x[i];
        uint8_t q = (uint8_t)(x[i] * 100);
        s += q / 100.0 * x[i];
        int e;
        double m = frexp(x[i], &e);
        s += ldexp(m * m, e + 1);
        double ip, fp = modf(x[i] * 3.7, &ip);
        s += fp * fp + ip * x[i];
        int quo;
        s += remquo(x[i] * 7, 1.3, &quo) * x[i] + quo;
        if (isnan(s) || !isfinite(x[i]) || isinf(s))
            return -1;
        s += nearbyint(x[i]) + trunc(4 * x[i]) * x[i];
    }
    return s;
}
