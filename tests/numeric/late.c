// check: --set n=5 --set k=3
/* Derivatives that are handed on and cleared. In the functions that start with `last_` the clearing goes to the end of the iteration, in those with
 * `first_` it stays where it is: late.sh looks. */
#include <adgen.h>
#include <math.h>

AD_VJP(a, b -> out)
void last_of_sum(AD_LEN(n) double *restrict out, AD_LEN(n) const double *a, AD_LEN(n) const double *b, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = a[i] + b[i];
}

/* Rows, with a table between. */
AD_VJP(w, v -> out)
void last_in_rows(AD_LEN(k *n) double *restrict out, AD_LEN(2 * n) const double *w, AD_LEN(k *n) const double *v, int k, int n)
{
    for (int r = 0; r < k; r++)
        for (int i = 0; i < n; i++)
            out[r * n + i] = w[(r % 2) * n + i] + sin(v[r * n + i]);
}

/* Neighbours are other elements. */
AD_VJP(x -> x)
void last_of_neighbours(AD_LEN(n + 1) double *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = 2 * x[i + 1];
}

/* Arguments that may overlap: then what is cleared is what was just added to. */
AD_VJP(a -> out)
void first_of_any(AD_LEN(n) double *out, AD_LEN(n) const double *a, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = 3 * a[i];
}

/* The same element, or another one. */
AD_VJP(x -> x)
void first_of_indexed(AD_LEN(n) double *x, int n, int k)
{
    for (int i = 0; i < n; i++)
        x[i * k % n] = 2 * x[i];
}

/* The derivative that is cleared is added to in the same iteration, behind that. */
AD_VJP(x -> x)
void first_in_place(AD_LEN(n) double *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = x[i] * x[i];
}

/* What is cleared may be one element for all. */
AD_VJP(a -> out)
void first_of_one(AD_LEN(1) double *restrict out, AD_LEN(n) const double *a, int n)
{
    for (int i = 0; i < n; i++)
        out[0] = a[i] * out[0];
}

/* Nothing is loaded behind it. */
AD_VJP(a -> out)
void first_of_nothing(AD_LEN(n) double *restrict out, double a, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = a * i;
}
