// check: --set n=7 --set m=5 --set k=3
// construct: control flow: `while (n--)` with moving pointers
/* Loops that count down to zero while pointers move up, in several forms. */
#include <adgen.h>
#include <math.h>
#include <stddef.h>

AD_VJP(x, gain -> y)
void normalise(AD_LEN(n * m) const double *x, AD_LEN(m) const double *gain, AD_LEN(n * m) double *y, size_t n, size_t m)
{
    while (n--) {
        double sum = 0;
        for (size_t c = m; c != 0; c--)
            sum += x[c - 1] * x[c - 1];
        for (size_t c = 0; c != m; c++)
            y[c] = gain[c] * x[c] / sqrt(sum + 1);
        x += m;
        y += m;
    }
}

AD_VJP(p -> p)
void in_place(AD_LEN(n) float *p, int n)
{
    while (n-- > 0) {
        *p = sinf(*p) * *p;
        p++;
    }
}

AD_GRAD(x)
double signed_down(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    while (n--) {
        s += exp(*x) * *x;
        x++;
    }
    return s;
}

/* The counter itself is used as well, and behind the loop. */
AD_GRAD(x)
double weighted(AD_LEN(n) const double *x, int n, int k)
{
    double s = 0;
    const double *p = x;
    while (n > k) {
        s += n * *p * *p;
        p++;
        n--;
    }
    for (; n; n--)
        s += n * sin(p[k - n]);
    return s + n * x[0];
}

/* An exit in between: n < 0 would be well defined. */
AD_GRAD(x)
double until_negative(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    while (n--) {
        if (*x < -10)
            break;
        s += *x * *x * *x;
        x++;
    }
    return s;
}
