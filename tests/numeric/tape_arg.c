// check: --tape-storage=arg --set n=7 --set m=5
/* What is kept goes into the caller's workspace; its size is computed from n and m. The check gives exactly so much. */
#include <adgen.h>
#include <math.h>

AD_GRAD(w)
double recurrent(AD_LEN(n) const double *w, int n, int m)
{
    double h = 0.1;
    for (int t = 0; t < m; t++)
        for (int i = t; i < n; i++)
            h = tanh(w[i] * h + 0.3);
    return h;
}

AD_VJP(x -> x)
void in_place(AD_LEN(n) double *x, int n, int m)
{
    for (int k = 0; k < m; k++)
        for (int i = 1; i < n; i++)
            x[i] = x[i] * sin(x[i - 1]);
}

AD_VJP(x -> y)
void sorted_sum(AD_LEN(n) const double *x, AD_LEN(1) double *y, int n)
{
    double a = 0.5;
    for (int i = 1; i < n; i++) {
        int j = i;
        while (j > 0 && x[j] * a < 1) {
            a = a * sin(x[j] + a);
            j--;
        }
    }
    y[0] = a;
}

AD_GRAD(x)
double strides(AD_LEN(n) const double *x, int n, int m)
{
    double y = 0.2;
    int half = n / m;
    for (int i = 0; i < n; i += m)
        y = sin(y + x[i]);
    for (int i = 0; i < half; i++)
        y = cos(y * x[i]);
    return y;
}

AD_VJP(x, s)
double nothing_kept(AD_LEN(n) const float *x, double s, int n)
{
    for (int i = 0; i < n; i++)
        s += 2 * x[i];
    return s;
}
