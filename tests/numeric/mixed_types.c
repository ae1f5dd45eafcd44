// check: --set n=5
// construct: numbers: mixed precisions
// directions: --directions: parameter 'u' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>

typedef float real;
typedef struct { real w; double acc; short k; unsigned char flag; } Neuron;

AD_VJP()
void neurons(AD_LEN(n) Neuron *u, AD_LEN(n) const real *x, int n)
{
    for (int i = 0; i < n; i++) {
        u[i].acc += u[i].w * x[i];
        u[i].k = (short)(u[i].k + 1);
        if (u[i].flag)
            u[i].w -= 0.01f * x[i];
    }
}

AD_GRAD(x)
real sum_real(AD_LEN(n) const real *x, int n)
{
    real s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * (real)i / 3;
    return s;
}
