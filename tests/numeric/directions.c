// args: --directions 4 --jvp 'affine(a -> y)' --directions 2 --name affine_two --vjp 'affine(a -> y)' --name affine_again
#include <adgen.h>
#include <math.h>

/* pointers, by-value parameters and the return value */
AD_JVP(w, b)
AD_VJP(w, b)
double loss(AD_LEN(n) const double *w, double b, AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += tanh(w[i] * x[i] + b);
    return s;
}

/* declared arrays get one dimension more */
AD_JVP(a -> y)
AD_VJP(a -> y)
void affine(const float a[3][2], float y[3])
{
    for (int i = 0; i < 3; i++)
        y[i] = a[i][0] * a[i][1] + a[0][1];
}

AD_VJP(m, v -> out)
void product(int n, double m[n][n], AD_LEN(n) double *v, AD_LEN(n) double *out)
{
    for (int i = 0; i < n; i++) {
        out[i] = 0;
        for (int j = 0; j < n; j++)
            out[i] += m[i][j] * v[j];
    }
}

/* a gradient has the same seed in each direction; a second derivative has a gradient in each, too */
AD_GRAD(w)
AD_HVP(w)
double cubes(AD_LEN(n) const double *w, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += w[i] * w[i] * w[i];
    return s;
}
