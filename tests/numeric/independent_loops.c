// check: --set n=5 --set 'place[i]=(i*3)%n'
// construct: control flow: `AD_INDEPENDENT` before loops
/* Places that only the user knows to be different ones, or that are only added to. */
#include <adgen.h>
#include <math.h>
AD_VJP(x -> y)
AD_NOALIAS
void scatter(AD_LEN(n) const double *x, AD_LEN(n) double *y, AD_LEN(n) const int *place, int n)
{
    AD_INDEPENDENT
    for (int i = 0; i < n; i++)
        y[place[i]] = sin(x[i]) * x[i];
}
AD_VJP(x -> y)
AD_NOALIAS
void in_place(AD_LEN(n) const double *x, AD_LEN(n) double *y, AD_LEN(n) const int *place, int n)
{
    AD_INDEPENDENT
    for (int i = 0; i < n; i++) {
        int k = place[i];
        y[k] = sin(x[i]) * y[k] * y[k];
    }
}
AD_GRAD(x)
AD_NOALIAS
double sums(AD_LEN(n) const double *x, AD_LEN(n) double *bin, AD_LEN(n) const int *place, int n)
{
    double s = 0;
    AD_INDEPENDENT
    for (int i = 0; i < n; i++) {
        double e = exp(x[i]);
        bin[place[i]] += e * e;
        s += e * x[i];
    }
    return s;
}
AD_VJP(x -> bin)
AD_JVP(x -> bin)
void histogram(AD_LEN(n) const double *x, AD_LEN(n) double *bin, AD_LEN(n) const int *place, int n)
{
    AD_INDEPENDENT
    for (int i = 0; i < n; i++)
        bin[place[i] / 2] += x[i] * x[i];
    for (int i = 0; i < n; i++)
        bin[i] = sin(bin[i]);
}
