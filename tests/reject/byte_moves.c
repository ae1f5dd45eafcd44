// expect: 10:9: error: moves the bytes of data that carries derivatives; move its elements instead, or use memcpy [bits]
// args: --grad swapped --grad bits
// expect: 26:5: error: copies the bytes of data that carries derivatives; copy its elements instead [bits]
// construct: numbers moved byte by byte: memcpy
static void swap(void *a, void *b, unsigned long size)
{
    char *p = a, *q = b, t;
    while (size--) {
        t = *p;
        *p++ = *q;
        *q++ = t;
    }
}

double swapped(const double *x)
{
    double t[2] = {x[0] * x[0], x[1]};
    swap(&t[0], &t[1], sizeof *t);
    return t[0] + 3 * t[1];
}

#include <stdint.h>
#include <string.h>
static void put(void *to, const void *from, size_t bytes)
{
    memcpy(to, from, bytes);
}

double bits(const double *x)
{
    uint64_t b;
    double y = *x * *x, z;
    put(&b, &y, sizeof b);
    b ^= 1;
    put(&z, &b, sizeof b);
    return z;
}
