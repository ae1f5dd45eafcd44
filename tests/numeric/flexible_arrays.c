// check: --set n=5
// construct: structs: that end in `double v[]` or `double v[1]`, copied and grown with what follows them
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <adgen.h>
struct fv {
    int n;
    double scale;
    double v[];
};
AD_GRAD(x)
double clone(AD_LEN(n) const double *x, int n)
{
    size_t bytes = sizeof(struct fv) + (size_t)n * sizeof(double);
    struct fv *a = malloc(bytes), *b = malloc(bytes);
    a->n = n;
    a->scale = x[0];
    for (int i = 0; i < n; i++)
        a->v[i] = sin(x[i]);
    memcpy(b, a, bytes);
    double s = 0;
    for (int i = 0; i < b->n; i++)
        s += b->v[i] * b->scale;
    free(a);
    free(b);
    return s;
}
AD_GRAD(x)
double cleared(AD_LEN(n) const double *x, int n)
{
    size_t bytes = sizeof(struct fv) + (size_t)n * sizeof(double);
    struct fv *a = malloc(bytes);
    memset(a, 0, bytes);
    for (int i = 0; i < n; i++)
        a->v[i] += sin(x[i]);
    double s = 0;
    for (int i = 0; i < n; i++)
        s += a->v[i] * (a->scale + 1);
    memset(a, 0, bytes);
    for (int i = 0; i < n; i++)
        s += a->v[i];
    free(a);
    return s;
}
static struct fv *append(struct fv *a, double x)
{
    struct fv *b = realloc(a, sizeof *a + (size_t)(a ? a->n + 1 : 1) * sizeof a->v[0]);
    if (!a)
        b->n = 0, b->scale = 1.5;
    b->v[b->n++] = x;
    return b;
}
AD_GRAD(x)
double grown(AD_LEN(n) const double *x, int n)
{
    struct fv *a = NULL;
    for (int i = 0; i < n; i++) {
        a = append(a, sin(x[i]));
        a->scale += x[i];
    }
    double s = 0;
    for (int i = 0; i < a->n; i++)
        s += a->v[i] * a->scale;
    free(a);
    return s;
}
struct hack {
    int n;
    double s;
    double v[1];
};
AD_GRAD(x)
double struct_hack(AD_LEN(n) const double *x, int n)
{
    size_t bytes = sizeof(struct hack) + (size_t)(n - 1) * sizeof(double);
    struct hack *a = malloc(bytes), *b = calloc(1, bytes);
    a->n = n;
    a->s = x[0];
    for (int i = 0; i < n; i++)
        a->v[i] = x[i] * x[i];
    memcpy(b, a, bytes);
    double s = 0;
    for (int i = 0; i < b->n; i++)
        s += b->v[i] * b->s;
    memset(a, 0, bytes);
    s += a->v[n - 1] + a->s * x[1];
    free(a);
    free(b);
    return s;
}
