// check: --set n=8 --range x=0.3:1.2
/* Loops that keep what an earlier one keeps already (`once_`: it is kept once), and those that keep something else. */
#include <adgen.h>
#include <math.h>

static void bit_reverse(double *x, unsigned n)
{
    for (unsigned i = 1, j = 0; i < n; i++) {
        unsigned bit = n >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            double t = x[i];
            x[i] = x[j];
            x[j] = t;
        }
    }
}

/* Indices that a linear congruence draws. */
static void mix(double *x, unsigned n, unsigned seed)
{
    for (unsigned i = 0; i < n; i++) {
        seed = seed * 1103515245u + 12345u;
        x[seed >> 16 & (n - 1)] *= 1.5;
    }
}

/* One permutation, twice. */
AD_VJP(x -> x)
void once_permuted(AD_LEN(n) double *x, unsigned n)
{
    bit_reverse(x, n);
    for (unsigned i = 0; i < n; i++)
        x[i] = sin(x[i]) * (i + 1);
    bit_reverse(x, n);
}

/* The same indices twice, a loop of another form between them. */
AD_VJP(x -> x)
void once_mixed(AD_LEN(n) double *x, unsigned n)
{
    mix(x, n, 7);
    for (unsigned i = 0; i < n; i++)
        x[i] *= sin(x[i]);
    mix(x, n, 7);
}

/* Permutations of another length. */
AD_VJP(x -> x)
void twice_shorter(AD_LEN(n) double *x, unsigned n)
{
    bit_reverse(x, n);
    bit_reverse(x, n / 2);
}

/* Other indices. */
AD_VJP(x -> x)
void twice_seeded(AD_LEN(n) double *x, unsigned n)
{
    mix(x, n, 7);
    mix(x, n, 8);
}

/* The state of the first is where the second starts. */
AD_VJP(x -> x)
void twice_going_on(AD_LEN(n) double *x, unsigned n)
{
    unsigned at = 3;
    for (unsigned i = 0; i < n; i++) {
        at = at * 5u + 1u;
        x[at & (n - 1)] *= 1.5;
    }
    for (unsigned i = 0; i < n; i++) {
        at = at * 5u + 1u;
        x[at & (n - 1)] *= 1.5;
    }
}
