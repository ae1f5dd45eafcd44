/* bench.c: gradient time over primal time, and the heap that one call uses, for the samples whose speed is of interest.
 *
 * Linked with --wrap=malloc and so on, so that every allocation of the primal, the gradient and the runtime is counted.
 */
#include "ba.h"
#include "ba_grad.h"
#include "gmm.h"
#include "gmm_grad.h"
#include "lstm.h"
#include "lstm_grad.h"

#include "check.h"

#include <malloc.h>
#include <string.h>
#include <time.h>

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

/* What one row of the table times. */
typedef struct {
    const char *name;
    double (*primal)(void *ctx);
    double (*gradient)(void *ctx);
    void *ctx;
} Case;

static double *random_array(size_t n, double scale)
{
    double *x = check_alloc(n, sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = scale * check_normal();
    return x;
}

typedef struct {
    int d, K, n;
    double *alphas, *means, *factors, *x, *d_alphas, *d_means, *d_factors;
} Gmm;
static const struct gmm_prior prior = {1, 0};

static double gmm_primal(void *ctx)
{
    Gmm *g = ctx;
    return gmm(g->d, g->K, g->n, g->alphas, g->means, g->factors, g->x, prior);
}

static double gmm_gradient(void *ctx)
{
    Gmm *g = ctx;
    return gmm_grad(g->d, g->K, g->n, g->alphas, g->means, g->factors, g->x, prior, g->d_alphas, g->d_means, g->d_factors);
}

static void *make_gmm(int d, int K, int n)
{
    size_t packed = (size_t)d * (d + 1) / 2;
    Gmm *g = check_alloc(1, sizeof *g);
    Gmm made = {d,
                K,
                n,
                random_array(K, 1),
                random_array((size_t)K * d, 1),
                random_array(K * packed, 0.1),
                random_array((size_t)n * d, 1),
                random_array(K, 0),
                random_array((size_t)K * d, 0),
                random_array(K * packed, 0)};
    *g = made;
    return g;
}

typedef struct {
    struct lstm_size size;
    double *weights, *io, *state, *sequence, *d_weights, *d_io;
} Lstm;

static double lstm_primal(void *ctx)
{
    Lstm *p = ctx;
    return lstm_loss(p->size, p->weights, p->io, p->state, p->sequence);
}

static double lstm_gradient(void *ctx)
{
    Lstm *p = ctx;
    return lstm_loss_grad(p->size, p->weights, p->io, p->state, p->sequence, p->d_weights, p->d_io);
}

static void *make_lstm(int layers, int units, int steps)
{
    size_t n = (size_t)layers * units, u = (size_t)units;
    Lstm *p = check_alloc(1, sizeof *p);
    Lstm made = {{layers, units, steps},     random_array(8 * n, 0.5), random_array(3 * u, 0.5), random_array(2 * n, 0.5),
                 random_array(steps * u, 0), random_array(8 * n, 0),   random_array(3 * u, 0)};
    *p = made;
    for (int t = 0; t < steps; t++)
        p->sequence[t * units + (t * t + t / 3) % units] = 1;
    return p;
}

typedef struct {
    int ncams, npoints, nobs;
    Camera *cams, *d_cams;
    Point *points, *d_points;
    double *weights, *d_weights;
    Observation *obs;
} Ba;

static double ba_primal(void *ctx)
{
    Ba *b = ctx;
    return ba_error(b->ncams, b->npoints, b->nobs, b->cams, b->points, b->weights, b->obs);
}

static double ba_gradient(void *ctx)
{
    Ba *b = ctx;
    return ba_error_grad(b->ncams, b->npoints, b->nobs, b->cams, b->points, b->weights, b->obs, b->d_cams, b->d_points,
                         b->d_weights);
}

static void *make_ba(int ncams, int npoints, int nobs)
{
    Ba *b = check_alloc(1, sizeof *b);
    Ba made = {ncams,
               npoints,
               nobs,
               check_alloc(ncams, sizeof(Camera)),
               check_alloc(ncams, sizeof(Camera)),
               check_alloc(npoints, sizeof(Point)),
               check_alloc(npoints, sizeof(Point)),
               random_array(nobs, 0.1),
               random_array(nobs, 0),
               check_alloc(nobs, sizeof(Observation))};
    *b = made;
    for (int i = 0; i < ncams; i++) {
        Camera cam = {{check_normal() / 4, check_normal() / 4, check_normal() / 4}, {0, 0, 0}, 1, {0, 0}, {0.01, 0.001}};
        b->cams[i] = cam;
    }
    for (int i = 0; i < npoints; i++) {
        Point point = {check_normal(), check_normal(), check_uniform(4, 8)};
        b->points[i] = point;
    }
    for (int i = 0; i < nobs; i++) {
        Observation o = {(int)check_uniform(0, ncams), (int)check_uniform(0, npoints), 0, 0};
        b->obs[i] = o;
        b->weights[i] += 1;
    }
    return b;
}

static double seconds(double (*f)(void *ctx), void *ctx)
{
    static volatile double sink;
    struct timespec a, b;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
    sink = f(ctx);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
    (void)sink;
    return (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median processor times of alternating runs, so that both meet the same state of the machine. */
static void measure(const Case *c)
{
    enum { MOST = 101 };
    double primal[MOST], gradient[MOST], started = seconds(c->primal, c->ctx);
    int runs = (int)fmin(MOST, fmax(5, 0.5 / started));
    heap.calls = 0;
    heap.peak = heap.live;
    size_t before = heap.live;
    c->gradient(c->ctx);
    size_t peak = heap.peak - before, calls = heap.calls, left = heap.live - before;
    for (int i = 0; i < runs; i++) {
        primal[i] = seconds(c->primal, c->ctx);
        gradient[i] = seconds(c->gradient, c->ctx);
    }
    qsort(primal, runs, sizeof *primal, ascending);
    qsort(gradient, runs, sizeof *gradient, ascending);
    double p = primal[runs / 2], g = gradient[runs / 2];
    printf("%-36s %10.3f %10.3f %7.2f %10.3f %7zu%s\n", c->name, 1e3 * p, 1e3 * g, g / p, (double)peak / 1e6, calls,
           left ? "  LEAKS" : "");
    fflush(stdout);
}

int main(void)
{
    const Case cases[] = {
        {"mixture, d=10 K=25 n=1000", gmm_primal, gmm_gradient, make_gmm(10, 25, 1000)},
        {"mixture, d=32 K=25 n=1000", gmm_primal, gmm_gradient, make_gmm(32, 25, 1000)},
        {"LSTM, 2 layers, 1024 steps", lstm_primal, lstm_gradient, make_lstm(2, 14, 1024)},
        {"LSTM, 4 layers, 1024 steps", lstm_primal, lstm_gradient, make_lstm(4, 14, 1024)},
        {"bundle adjustment, 36455 observations", ba_primal, ba_gradient, make_ba(21, 11315, 36455)},
    };
    printf("%-36s %10s %10s %7s %10s %7s\n", "", "primal ms", "grad. ms", "ratio", "heap MB", "mallocs");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        measure(&cases[i]);
    return 0;
}
