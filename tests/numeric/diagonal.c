// check: --set n=5 --set m=7 --range x=0.3:1.5
/* Loops over rows with a test that asks for the diagonal. Those in the functions that start with `two_` become two loops each, those in `one_`
 * stay: diagonal.sh looks. */
#include <adgen.h>
#include <math.h>

AD_VJP(x -> y)
void two_causal(AD_LEN(n * n) double *y, AD_LEN(n) const double *x, int n)
{
    for (int t = 0; t < n; t++)
        for (int s = 0; s < n; s++) {
            if (s <= t)
                y[t * n + s] = exp(x[s]) * x[t];
            else
                y[t * n + s] = 0;
        }
}

/* The other way round; a matrix that is symmetric but for its diagonal. */
AD_VJP(x -> y)
void two_triangles(AD_LEN(n * n) double *y, AD_LEN(n) const double *x, int n)
{
    for (int t = 1; t <= n - 1; t++)
        for (int s = 0; s <= n - 1; s++) {
            int at = t * n + s;
            if (t > s)
                y[at] = y[s * n + t];
            else
                y[at] = x[s] * x[t] / (1 + s - t);
        }
}

AD_VJP(x -> y)
void two_updates(AD_LEN(n * n) double *y, AD_LEN(n) const double *x, int n)
{
    for (int t = 0; t < n; t++)
        for (int s = 0; s < n; s++)
            if (s >= t)
                y[t * n + s] *= sin(x[s]);
            else
                y[t * n + s] += x[t] * x[s];
}

/* A sum goes through both parts: its values would be kept in two arrays. */
AD_GRAD(x)
double one_product(AD_LEN(n) const double *x, int n)
{
    double sum = 0.5;
    for (int t = 0; t < n; t++)
        for (int s = 0; s < n; s++) {
            if (s <= t)
                sum += x[s] * x[t] * sum;
            else
                sum -= 0.1 * x[t] * sum;
        }
    return sum;
}

/* The counter of the other loop may be out of the row. */
AD_VJP(x -> y)
void one_longer(AD_LEN(m * n) double *y, AD_LEN(m) const double *x, int n, int m)
{
    for (int t = 0; t < m; t++)
        for (int s = 0; s < n; s++) {
            if (s <= t)
                y[t * n + s] = x[s] * x[t];
            else
                y[t * n + s] = 1 / x[s];
        }
}

/* ... or before its beginning. */
AD_VJP(x -> y)
void one_later(AD_LEN(n) double *y, AD_LEN(n) const double *x, int n)
{
    for (int t = 0; t < n; t++)
        for (int s = 2; s < n; s++) {
            if (s <= t)
                y[s] += x[s] * x[t];
            else
                y[s] *= x[s];
        }
}

/* Something else is done in every iteration. */
AD_VJP(x -> y)
void one_more(AD_LEN(n) double *y, AD_LEN(n) const double *x, int n)
{
    for (int t = 0; t < n; t++)
        for (int s = 0; s < n; s++) {
            if (s < t)
                y[s] *= x[t];
            else
                y[s] += x[s];
            y[t] += 0.1 * y[s];
        }
}
