// check: --set n=4
// construct: structs: initialisers, also designated
#include <adgen.h>

typedef struct { double a, b[3]; int n; } Rec;

static double total(Rec r)
{
    return r.a * r.b[0] + r.b[1] * r.b[2] + r.n;
}

AD_GRAD(x)
double initialise(AD_LEN(n) const double *x, int n)
{
    Rec r = {x[0], {x[1], x[2], 3}, n};
    Rec q = {.b = {[2] = x[3]}, .a = r.a * 2};
    Rec copy = r;
    copy.b[1] *= q.b[2];
    double v[5] = {x[0], [3] = x[1] * x[2]};
    double s = total(r) * total(q) + total(copy);
    for (int i = 0; i < 5; i++)
        s += v[i] * v[4 - i];
    return s + total((Rec){x[1], {x[2], x[2], x[3]}, 1}) + (double[]){x[0], x[1]}[n % 2];
}
