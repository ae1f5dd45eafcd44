// check: --set n=4 --set k=3 --set pitch=5 --range x=0.2:2
/* Rows that lie a stride apart. The functions that start with `two_` have a version for rows that do not reach into each other, those with `one_` do not:
 * pitch.sh looks. */
#include <adgen.h>
#include <math.h>

/* What is overwritten is what was stored. */
AD_VJP(x -> p)
void two_softmax(AD_LEN(k *pitch) double *restrict p, AD_LEN(k *pitch) const double *restrict x, int k, int n, int pitch)
{
    for (int r = 0; r < k; r++) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            p[r * pitch + i] = exp(x[r * pitch + i]);
            sum += p[r * pitch + i];
        }
        for (int i = 0; i < n; i++)
            p[r * pitch + i] /= sum;
    }
}

/* As the arguments may overlap, too, there is one test for both. */
AD_VJP(x -> y)
void two_of_both(AD_LEN(k *pitch) double *y, AD_LEN(k *pitch) const double *x, int k, int n, int pitch)
{
    for (int r = 0; r < k; r++) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            y[r * pitch + i] = exp(x[r * pitch + i]);
            sum += y[r * pitch + i];
        }
        for (int i = 0; i < n; i++)
            y[r * pitch + i] *= y[r * pitch + i] / sum;
    }
}

/* In place, by columns, below the diagonal; i <= j. */
AD_VJP(a -> a)
void two_triangles(AD_LEN(pitch *pitch) double *restrict a, int n, int pitch)
{
    for (int j = 0; j < n; j++)
        for (int i = 0; i <= j; i++) {
            double t = exp(0.1 * a[j * pitch + i]);
            a[j * pitch + i] = t * t;
        }
}

/* Points of three numbers. */
AD_VJP(x -> y)
void two_points(AD_LEN(k *pitch) double *restrict y, AD_LEN(k *pitch) const double *restrict x, int k, int pitch)
{
    for (int r = 0; r < k; r++)
        for (int i = 0; i < 3; i++)
            y[r * pitch + i] = exp(x[r * pitch + i]);
}

/* The stride is the number of columns: there is nothing to ask. */
AD_VJP(x -> p)
void one_exact(AD_LEN(k *n) double *restrict p, AD_LEN(k *n) const double *restrict x, int k, int n)
{
    for (int r = 0; r < k; r++)
        for (int i = 0; i < n; i++)
            p[r * n + i] = exp(x[r * n + i]);
}

/* Nothing is kept that the answer would save. */
AD_VJP(x -> y)
void one_linear(AD_LEN(k *pitch) double *restrict y, AD_LEN(k *pitch) const double *restrict x, int k, int n, int pitch)
{
    for (int r = 0; r < k; r++)
        for (int i = 0; i < n; i++)
            y[r * pitch + i] = 3 * x[r * pitch + i];
}

/* The stride changes on the way: what its parameter was says nothing. */
AD_VJP(x -> y)
void one_of_local(AD_LEN(k *pitch) double *restrict y, AD_LEN(k *pitch) const double *restrict x, int k, int n, int pitch)
{
    pitch = pitch / 2 * 2;
    for (int r = 0; r < k; r++)
        for (int i = 0; i < n; i++)
            y[r * pitch + i] = exp(x[r * pitch + i]);
}

/* Compared as C compares them, -1 would be larger than n. */
AD_VJP(x -> y)
void one_of_types(AD_LEN(k *pitch) double *restrict y, AD_LEN(k *pitch) const double *restrict x, int k, unsigned long n, int pitch)
{
    for (int r = 0; r < k; r++)
        for (unsigned long i = 0; i < n; i++)
            y[r * pitch + i] = exp(x[r * pitch + i]);
}
