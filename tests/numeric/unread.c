// check: --set n=7 --range x=0.3:1.2 --range start=0.5:1.5
/* Derivatives of the function's own memory that are not read after they are cleared (`unread_`: the clearing goes), and those that are. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The start is a constant: the reversal of the copy only clears. */
AD_GRAD(x)
double unread_state(AD_LEN(n) const double *x, AD_LEN(n) const double *start, int n)
{
    double *now = malloc(n * sizeof *now), s = 0;
    for (int i = 0; i < n; i++)
        now[i] = start[i];
    for (int t = 0; t < 3; t++)
        for (int i = 0; i < n; i++) {
            now[i] = now[i] * x[i] + sin(now[(i + 1) % n]);
            s += now[i] * now[i];
        }
    free(now);
    return s;
}

struct layer {
    float w[4], b;
};

AD_GRAD(x)
float unread_struct(AD_LEN(n) const float *x, int n)
{
    struct layer l[3];
    float s = 0;
    for (int k = 0; k < 3; k++)
        l[k].b = 0.5f;
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 4; i++)
            l[k].w[i] = x[(i + k) % n];
    for (int t = 0; t < n; t++)
        for (int k = 0; k < 3; k++) {
            for (int i = 0; i < 4; i++)
                s += l[k].w[i] * l[k].b;
            l[k].b = l[k].b * x[t] + s;
        }
    return s;
}

/* Not these: what is cleared here is added to and read by the iteration before, */
AD_GRAD(x)
double read_before(AD_LEN(n) const double *x, int n)
{
    double u[8] = {0}, s = 0;
    for (int t = 0; t < n; t++) {
        for (int i = 0; i < 8; i++)
            u[i] = x[(i + t) % n] * u[(i + 1) % 8] + x[t];
        s += u[t % 8] * u[3];
    }
    return s;
}

/* is reached through a pointer in memory, */
struct box {
    double *p;
    int n;
};

static double total(const struct box *b)
{
    double s = 0;
    for (int i = 0; i < b->n; i++)
        s += b->p[i] * b->p[i] * (i + 1);
    return s;
}

AD_GRAD(x)
double read_through_struct(AD_LEN(n) const double *x, int n)
{
    double a[8], c[8], s = 0;
    struct box b = {a, n < 8 ? n : 8};
    for (int t = 0; t < 4; t++) {
        for (int i = 0; i < b.n; i++)
            b.p[i] = x[i] * (t + 1) + (t > 0 ? c[i] : 0);
        s += total(&b);
        memcpy(c, b.p, b.n * sizeof *c);
        b.p = t % 2 ? a : c;
    }
    return s;
}

/* or is the caller's. */
AD_GRAD(x; work)
double read_by_caller(AD_LEN(n) const double *x, AD_LEN(n) double *work, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        work[i] = 1;
    for (int i = 0; i < n; i++) {
        work[i] = work[i] * x[i] + cos(work[(i + 3) % n]);
        s += work[i] * work[i];
    }
    return s;
}
