// check: --set n=9 --set step=2
#include <adgen.h>
#include <stddef.h>

/* Unsigned integers that a while loop adds to, needed in its reverse (storage_count.c). */

AD_VJP(x -> x)
void strided(AD_LEN(n) double *x, unsigned n, unsigned step)
{
    for (unsigned i = 1; i < n; i += step)
        x[i] = x[i] * x[i - 1];
}

/* Wraps around on purpose: 6, 3, 0, then what is far above the bound. */
AD_VJP(x -> x)
void wrapped(AD_LEN(n) double *x, unsigned n)
{
    unsigned i = 6, three = n / 3;
    while (i < n) {
        x[i] = x[i] * x[(i + 1) % n] + x[i];
        i -= three;
        i += 0;
    }
    i = 6;
    while (i < 20) {
        x[i % n] *= x[(i + 1) % n];
        i += 4294967293u;
    }
}

/* do-while, a condition that reads what is differentiated, two of them, and one that stops early. */
AD_VJP(x -> x)
void until(AD_LEN(n) double *x, size_t n, size_t step)
{
    size_t i = 0, k = 100;
    do {
        x[i % n] *= 1 + 0.01 * (double)k * x[(i + 1) % n];
        i += step;
        k = 7 + k;
    } while (i < n && x[i % n] < 100);
    while (k > 3) {
        x[k % n] *= x[(k + 1) % n];
        if (x[k % n] > 1e6)
            break;
        k /= 2;
    }
}

/* The step is another one each time, or only sometimes added. */
AD_VJP(x -> x)
void uneven(AD_LEN(n) double *x, unsigned n)
{
    unsigned i = 0, step = 1;
    while (i < n) {
        x[i] = x[i] * x[(i + 1) % n];
        i += step;
        step++;
    }
    unsigned j = 0, tries = 0;
    while (tries < 12) {
        x[j % n] = x[j % n] * x[(j + 2) % n];
        if (tries % 3 == 0)
            j += 5;
        tries += 2;
    }
}

/* In a loop of its own, from where another loop ended. */
AD_VJP(x -> x)
void nested(AD_LEN(n) double *x, unsigned n)
{
    for (unsigned len = 1; len < n; len <<= 1)
        for (unsigned i = len; i < n; i += len)
            for (unsigned k = 0; k < len && i + k < n; k++)
                x[i + k] = x[i + k] * x[k] + x[i - len];
}
