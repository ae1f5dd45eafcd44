/* bench.c: runs the rows: compares adgen's gradient, the hand-written limit and ADOL-C's, then times them side by side.
 *
 * bench CSV COMPILER: a table to standard output, the same numbers as lines of the file CSV.
 * Linked with --wrap=malloc and so on, so that every allocation of a gradient is counted; with -DBENCH_COUNT and count.c the
 * calls of libm are counted instead of time.
 */
#include "bench.h"
#include "rows.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---------------------------------------------------------------------- heap of one call */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

static struct {
    size_t live, peak, calls;
} heap;

static void *count(void *p)
{
    heap.calls++;
    heap.live += p ? malloc_usable_size(p) : 0;
    heap.peak = heap.live > heap.peak ? heap.live : heap.peak;
    return p;
}

void *__wrap_malloc(size_t n)
{
    return count(__real_malloc(n));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return count(__real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t n)
{
    heap.live -= p ? malloc_usable_size(p) : 0;
    return count(__real_realloc(p, n));
}

void __wrap_free(void *p)
{
    heap.live -= p ? malloc_usable_size(p) : 0;
    __real_free(p);
}

/* ---------------------------------------------------------------------- one case */

typedef double (*Function)(void *data);

typedef struct {
    const BenchCase *c;
    Bench bench;
    void *data;
} Run;

static Run set_up(const BenchCase *c, const int *size)
{
    Run run = {c, {.state = 20240229}, NULL};
    run.data = c->make(&run.bench, size);
    for (int k = 0; k < run.bench.narrays; k++) {
        BenchArray *a = &run.bench.array[k];
        memcpy(a->start, a->x, a->n * sizeof *a->x);
    }
    c->primal(run.data); /* leaves what --primal-done reads */
    return run;
}

/* What is written in place is put back; outputs get their seeds. */
static void rewind_arrays(Bench *b)
{
    for (int k = 0; k < b->narrays; k++) {
        BenchArray *a = &b->array[k];
        if (!(a->role & BENCH_OUT))
            continue;
        memcpy(a->d, a->seed, a->n * sizeof *a->d);
        if (a->role & BENCH_IN)
            memcpy(a->x, a->start, a->n * sizeof *a->x);
    }
}

/* The derivatives that f gives; *value: what it returns. */
static double *derivatives(Run *run, Function f, double *value)
{
    Bench *b = &run->bench;
    size_t n = 0, at = 0;
    for (int k = 0; k < b->narrays; k++) {
        memset(b->array[k].d, 0, b->array[k].n * sizeof *b->array[k].d);
        n += b->array[k].n;
    }
    rewind_arrays(b);
    *value = f(run->data);
    double *all = bench_alloc(n, sizeof *all);
    for (int k = 0; k < b->narrays; at += b->array[k++].n)
        memcpy(all + at, b->array[k].d, b->array[k].n * sizeof *all);
    return all;
}

/* By array, the largest difference over the largest component. */
static double difference(const Bench *b, const double *got, const double *expected, int role)
{
    double worst = 0;
    for (int k = 0; k < b->narrays; k++) {
        const BenchArray *a = &b->array[k];
        double most = 0, error = 0;
        for (size_t i = 0; i < a->n && (a->role & role); i++) {
            most = fmax(most, fabs(expected[i]));
            error = fabs(got[i] - expected[i]) <= error ? error : fabs(got[i] - expected[i]);
        }
        if (a->role & role) {
            worst = error <= worst * most ? worst : error / most;
            got += a->n;
        }
        expected += a->n;
    }
    return worst;
}

static int failed;

/* A derivative that differs is said, and fails the bench. */
static void check(const char *row, const char *what, double error)
{
    if (error <= 1e-10)
        return;
    printf("%s: %s: relative difference %.1e\n", row, what, error);
    failed = 1;
}

#ifdef BENCH_COUNT

extern unsigned long bench_libm_calls;

static unsigned long libm_calls(Run *run, Function f)
{
    rewind_arrays(&run->bench);
    unsigned long before = bench_libm_calls;
    f(run->data);
    return bench_libm_calls - before;
}

static void measure(const BenchCase *c, const AdolcRow *adolc, int index, const char *compiler, FILE *csv)
{
    (void)adolc, (void)index;
    Run run = set_up(c, c->size);
    unsigned long p = libm_calls(&run, c->primal), g = libm_calls(&run, c->gradient), l = libm_calls(&run, c->limit);
    fprintf(csv, "%s,%s,%lu,%lu,%lu\n", c->name, compiler, p, g, l);
}

#else

static double seconds(Run *run, Function f, int times)
{
    static volatile double sink;
    double sum = 0;
    for (int i = 0; i < times; i++) {
        struct timespec a, b;
        rewind_arrays(&run->bench);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
        sink = f(run->data);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
        sum += (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
    }
    (void)sink;
    return sum / times;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum { MOST = 101 };

static double median(double *x, int n)
{
    qsort(x, n, sizeof *x, ascending);
    return x[n / 2];
}

static double since(struct timespec a)
{
    struct timespec b;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
    return (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
}

/* ADOL-C's time over the primal's, at its own, smaller size; 0: not run. ratio[0]: its tape was recorded beforehand, which is right as
 * long as all branches go the same way; ratio[1]: recorded anew, as at any other point. */
static void adolc_ratios(const BenchCase *c, const AdolcRow *adolc, int index, double ratio[2])
{
    ratio[0] = ratio[1] = 0;
    if (!adolc || !c->adolc_size[0])
        return;
    Run run = set_up(c, c->adolc_size);
    double value, *expected = derivatives(&run, c->limit, &value), primal[MOST], reverse[MOST], anew[MOST];
    adolc->make(index);
    adolc->record();
    check(c->name, "ADOL-C against the hand-written gradient", difference(&run.bench, adolc->gradient(), expected, BENCH_IN));
    free(expected);
    int runs = 5, times = (int)fmin(1000, 1 + 0.002 / seconds(&run, c->primal, 1));
    for (int i = 0; i < runs; i++) {
        struct timespec start;
        primal[i] = seconds(&run, c->primal, times);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
        adolc->record();
        double recording = since(start);
        adolc->gradient();
        anew[i] = since(start);
        reverse[i] = anew[i] - recording;
    }
    double once = median(primal, runs);
    ratio[0] = median(reverse, runs) / once;
    ratio[1] = median(anew, runs) / once;
}

static void compare(Run *run)
{
    const BenchCase *c = run->c;
    double by_adgen, by_hand, *got = derivatives(run, c->gradient, &by_adgen), *expected = derivatives(run, c->limit, &by_hand);
    check(c->name, "adgen's derivative against the hand-written one", difference(&run->bench, got, expected, BENCH_IN | BENCH_OUT));
    check(c->name, "adgen's value against the hand-written one",
          fabs(by_adgen - by_hand) / fmax(1e-300, fabs(by_hand)) * (by_adgen != by_hand));
    free(got);
    free(expected);
}

static size_t heap_of(Run *run, Function f, size_t *calls)
{
    rewind_arrays(&run->bench);
    size_t before = heap.live;
    heap.peak = before;
    heap.calls = 0;
    f(run->data);
    *calls = heap.calls;
    if (heap.live != before) {
        printf("%s: %zd bytes are not freed\n", run->c->name, (ssize_t)(heap.live - before));
        failed = 1;
    }
    return heap.peak - before;
}

static void measure(const BenchCase *c, const AdolcRow *adolc, int index, const char *compiler, FILE *csv)
{
    Run run = set_up(c, c->size);
    compare(&run);
    size_t calls, limit_calls, bytes = heap_of(&run, c->gradient, &calls), limit_bytes = heap_of(&run, c->limit, &limit_calls);
    double time[3][MOST], at[3], once = seconds(&run, c->primal, 1);
    Function f[3] = {c->primal, c->gradient, c->limit};
    int runs = (int)fmin(MOST, fmax(7, 0.15 / once)), times = (int)fmin(1000, 1 + 0.0005 / once);
    for (int i = 0; i < runs; i++) /* alternating, so that all meet the same state of the machine */
        for (int k = 0; k < 3; k++)
            time[k][i] = seconds(&run, f[k], times);
    for (int k = 0; k < 3; k++)
        at[k] = median(time[k], runs);
    double tape[2];
    adolc_ratios(c, adolc, index, tape);
    printf("%-32s %-6s %9.3f %7.2f %7.2f %7.2f %7.0f %7.0f %9.3f %9.3f %8zu\n", c->name, compiler, 1e3 * at[0], at[1] / at[0],
           at[2] / at[0], at[1] / at[2], tape[0], tape[1], (double)bytes / 1e6, (double)limit_bytes / 1e6, calls);
    fprintf(csv, "%s,%s,%.4f,%.3f,%.3f,%.3f,%.1f,%.1f,%zu,%zu,%zu\n", c->name, compiler, 1e3 * at[0], at[1] / at[0], at[2] / at[0],
            at[1] / at[2], tape[0], tape[1], bytes, limit_bytes, calls);
    fflush(stdout);
}

#endif

/* In a process of its own: what ADOL-C takes grows with the numbers of earlier cases. */
static void measure_apart(const BenchCase *c, const AdolcRow *adolc, int index, const char *compiler, FILE *csv)
{
    fflush(stdout);
    fflush(csv);
    pid_t child = fork();
    int status = 1;
    if (child == 0) {
        measure(c, adolc, index, compiler, csv);
        fclose(csv);
        exit(failed);
    }
    if (child > 0)
        waitpid(child, &status, 0);
    failed |= status != 0;
}

int main(int argc, char **argv)
{
    FILE *csv = argc == 3 ? fopen(argv[1], "a") : NULL;
    if (!csv) {
        fprintf(stderr, "usage: bench CSV COMPILER\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof bench_rows / sizeof *bench_rows; i++)
        for (int k = 0; bench_rows[i].cases[k].name; k++)
            measure_apart(&bench_rows[i].cases[k], bench_rows[i].adolc, k, argv[2], csv);
    fclose(csv);
    return failed;
}
