/* count.c: counts the calls of libm; linked with --wrap=exp and so on. */
#include <math.h>

extern unsigned long bench_libm_calls;
unsigned long bench_libm_calls;

#define COUNTED(name)                                                                                                              \
    double __real_##name(double x);                                                                                                \
    double __wrap_##name(double x);                                                                                                \
    double __wrap_##name(double x)                                                                                                 \
    {                                                                                                                              \
        bench_libm_calls++;                                                                                                        \
        return __real_##name(x);                                                                                                   \
    }
#define COUNTED_TWO(name)                                                                                                          \
    double __real_##name(double x, double y);                                                                                      \
    double __wrap_##name(double x, double y);                                                                                      \
    double __wrap_##name(double x, double y)                                                                                       \
    {                                                                                                                              \
        bench_libm_calls++;                                                                                                        \
        return __real_##name(x, y);                                                                                                \
    }
#include "counted.h"

/* gcc makes one call of sin and cos of one argument: counted as both. */
void __real_sincos(double x, double *s, double *c);
void __wrap_sincos(double x, double *s, double *c);
void __wrap_sincos(double x, double *s, double *c)
{
    bench_libm_calls += 2;
    __real_sincos(x, s, c);
}
