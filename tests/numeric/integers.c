// check: --set n=8 --set mask=11 --set use=1 --set mode=QUADRATIC --set flags=5 --len f=1
// construct: numbers: bit operations on integers
// construct: numbers: `enum` and `_Bool`
// construct: structs: bit-fields
#include <adgen.h>
#include <math.h>
#include <stdbool.h>

AD_GRAD(x)
double bits(AD_LEN(n) const double *x, int n, unsigned mask)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        int a = (i << 1) ^ (i >> 1), b = ~i & 7, c = (a | b) % n;
        if ((mask >> (i & 3)) & 1u)
            s += x[c] * x[b % n];
        else
            s -= x[i] / (1 + (a & 3));
    }
    return s;
}

typedef enum { LINEAR, QUADRATIC = 4, CUBIC } Mode;

AD_GRAD(x)
double by_mode(AD_LEN(n) const double *x, int n, Mode mode, bool use, unsigned flags)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double t = mode == LINEAR ? x[i] : mode == QUADRATIC ? x[i] * x[i] : pow(x[i], mode);
        bool odd = i & 1;
        if (use && odd)
            t = -t;
        if (flags & (1u << (i % 4)))
            s += t;
        s += 0.1 * t * s;
    }
    return s;
}

// Structs with const bit-fields are copied as a whole.

struct flags {
    const unsigned mode : 3;
    unsigned level : 5;
    int offset[2];
};

static int weight(struct flags flags)
{
    flags.level += 2;
    return (int)(flags.mode + flags.level) + flags.offset[1];
}

AD_VJP()
double weighted(double x, const struct flags *f)
{
    struct flags own = *f;
    own.offset[0] = 3;
    return x * x * (weight(own) + own.offset[0]);
}
