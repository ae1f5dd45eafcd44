/* bench.h: what a row of the bench has: data, a primal, the gradient that adgen makes of it, and the best one written by hand.
 *
 * tests/bench/ROW/ROW.c (or samples/ROW/ROW.c) is the primal as an engineer writes it; ROW/options are adgen's options for it;
 * ROW/limit.c is the hand-written gradient with the signature that adgen's has; ROW/row.c makes the data and calls the three.
 * For ADOL-C the primal and row.c are compiled as C++ with `double` meaning ADOL-C's number (adolc.h): arrays then hold these.
 */
#ifndef BENCH_H
#define BENCH_H

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

/* static double NAME(void *data): the call, where p is the row's Data. */
#define BENCH_CALL(name, call)                                                                                                     \
    static double name(void *data)                                                                                                 \
    {                                                                                                                              \
        Data *p = (Data *)data;                                                                                                    \
        return call;                                                                                                               \
    }

#ifndef BENCH_ADOLC
typedef double Plain;
/* by_hand has the type of by_adgen; VOID: for functions that return nothing */
#define BENCH_DERIVATIVES(by_adgen, by_hand, arguments)                                                                            \
    __typeof__(by_adgen) by_hand;                                                                                                  \
    BENCH_CALL(gradient, by_adgen arguments)                                                                                       \
    BENCH_CALL(limit, by_hand arguments)
#define BENCH_VOID_DERIVATIVES(by_adgen, by_hand, arguments)                                                                       \
    __typeof__(by_adgen) by_hand;                                                                                                  \
    BENCH_CALL(gradient, (by_adgen arguments, 0))                                                                                  \
    BENCH_CALL(limit, (by_hand arguments, 0))
#define BENCH_GRADIENTS gradient, limit
#else
#define BENCH_DERIVATIVES(by_adgen, by_hand, arguments)
#define BENCH_VOID_DERIVATIVES(by_adgen, by_hand, arguments)
#define BENCH_GRADIENTS NULL, NULL
#endif

enum { BENCH_IN = 1, BENCH_OUT = 2, BENCH_ARRAYS = 8 };

typedef struct {
    double *x, *d;       /* values and derivatives; d of an output is the seed before each gradient */
    Plain *start, *seed; /* what x of an input and d of an output are before each run; seed 0 for a pure input */
    size_t n;
    int role;
} BenchArray;

typedef struct {
    BenchArray array[BENCH_ARRAYS];
    int narrays;
    unsigned long long state; /* of the random numbers: the same on every machine, in C and C++ */
} Bench;

/* A row with some sizes. size is given to make; adolc_size too, where ADOL-C's tape would be too large; its first 0: not run. */
typedef struct {
    const char *name;
    void *(*make)(Bench *bench, const int *size);
    double (*primal)(void *data), (*gradient)(void *data), (*limit)(void *data);
    int size[4], adolc_size[4];
} BenchCase;

static inline void *bench_alloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);
    if (!p)
        abort();
    return p;
}

/* A 64-bit linear congruential generator (Knuth's MMIX constants), its upper bits. */
static inline Plain bench_uniform(Bench *b, Plain lo, Plain hi)
{
    b->state = b->state * 6364136223846793005ULL + 1442695040888963407ULL;
    return lo + (hi - lo) * (Plain)(b->state >> 11) / 9007199254740992.0;
}

static inline Plain bench_normal(Bench *b)
{
    Plain u = bench_uniform(b, 0, 1), v = bench_uniform(b, 0, 1);
    return sqrt(-2 * log(1 - u)) * cos(6.283185307179586 * v);
}

/* Numbers that are only read: normal, times scale. */
static inline double *bench_data(Bench *b, size_t n, Plain scale)
{
    double *x = (double *)malloc(n * sizeof(double));
    for (size_t i = 0; i < n; i++)
        x[i] = scale * bench_normal(b);
    return x;
}

/* n numbers, first random, with derivatives *d. */
static inline double *bench_array(Bench *b, int role, size_t n, Plain scale, double **d)
{
    BenchArray a = {bench_data(b, n, scale), (double *)malloc(n * sizeof(double)), NULL, NULL, n, role};
    a.start = (Plain *)bench_alloc(n, sizeof(Plain));
    a.seed = (Plain *)bench_alloc(n, sizeof(Plain));
    for (size_t i = 0; i < n; i++) {
        a.d[i] = 0;
        if (role & BENCH_OUT)
            a.seed[i] = bench_normal(b);
    }
    b->array[b->narrays++] = a;
    *d = a.d;
    return a.x;
}

#endif
