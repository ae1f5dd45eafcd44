// args: --jacobian 'f(x -> y)' --sparse
// expect: error: the structure of 'f' cannot be found: derivatives inside structs; leave out --sparse
#include <adgen.h>

struct point {
    double a, b;
};

void f(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    struct point p[10];
    for (int i = 0; i < n; i++)
        p[i % 10] = (struct point){x[i], x[i] * x[0]};
    for (int i = 0; i < n; i++)
        y[i] = p[i % 10].a * p[(i * 3) % 10].b;
}
