// check: --set n=7 --set t=4
/* A loop reads what a shorter loop has stored, behind a test that is the shorter one's bound; and what only looks like that. */
#include <adgen.h>
#include <math.h>

AD_VJP(x -> p)
void masked(AD_LEN(n) const double *x, AD_LEN(n) double *p, int t, int n)
{
    double sum = 0;
    for (int s = 0; s <= t; s++) {
        double e = exp(x[s]);
        sum += e;
        p[s] = e;
    }
    for (int s = 0; s < n; s++) {
        if (s <= t)
            p[s] *= sum * p[s];
        else
            p[s] = 0;
    }
}

/* Own memory, the bound with <. */
AD_GRAD(x)
double masked_own(AD_LEN(n) const double *x, int t, int n)
{
    double p[8], sum = 0;
    for (int s = 0; s < t; s++)
        p[s] = sin(x[s]);
    for (int s = 0; s < n; s++) {
        if (s < t)
            p[s] = p[s] * p[s];
        else
            p[s] = x[s];
        sum += p[s];
    }
    return sum * p[0];
}

/* The test is not the bound: the last element was stored before. */
AD_VJP(x -> p)
void other_bound(AD_LEN(n) const double *x, AD_LEN(n) double *p, int t, int n)
{
    for (int s = 0; s < n; s++)
        p[s] = x[s] * x[s];
    for (int s = 0; s < t; s++)
        p[s] = exp(x[s]);
    for (int s = 0; s < n; s++)
        if (s <= t)
            p[s] *= 3 * p[s];
}

/* An iteration before has overwritten what is read; and the same iteration has. */
AD_VJP(x -> p)
void shifted(AD_LEN(n) const double *x, AD_LEN(n) double *p, int t, int n)
{
    for (int s = 0; s <= t; s++)
        p[s] = exp(0.2 * x[s]);
    for (int s = 0; s < n; s++) {
        if (s <= t) {
            double old = p[s];
            p[s] = old * old;
            if (s + 1 < n)
                p[s + 1] = cos(x[s]) + old;
        }
    }
    for (int s = 0; s <= t; s++)
        p[s] = sin(x[s]);
    for (int s = 0; s < n; s++)
        if (s <= t) {
            p[s] = 2 * x[s];
            p[s] *= p[s];
        }
}
