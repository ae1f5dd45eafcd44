// check: --sparse --set n=40 --set m=9
// construct: functions: sparse matrices through structs, rows, lists, addresses in memory, `float` and complex numbers
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <adgen.h>

/* Particles in an array of structs; the neighbours are found through a pointer. */
struct particle {
    double x, v;
    float charge;
    const struct particle *next;
};

AD_JACOBIAN(x -> force)
AD_HESSIAN(x; force)
double particles(AD_LEN(n) const double *x, AD_LEN(n) double *force, int n)
{
    struct particle *p = malloc((size_t)n * sizeof *p);
    double energy = 0;
    if (!p)
        abort();
    for (int i = 0; i < n; i++) {
        struct particle one = {x[i], 0.5 * x[i] * x[i], (float)x[i], i ? p + i - 1 : NULL};
        p[i] = one;
    }
    for (int i = 0; i < n; i++) {
        const struct particle *q = p[i].next;
        force[i] = p[i].v * sin(p[i].x);
        if (q)
            force[i] += q->charge * (p[i].x - q->x);
        energy += force[i] * force[i];
    }
    free(p);
    return energy;
}

/* Rows of pointers that are exchanged, as in a tridiagonal elimination. */
AD_JACOBIAN(d, u -> y)
void rows(AD_LEN(m) const double *d, AD_LEN(m) const double *u, AD_LEN(m) double *y, int m)
{
    double a[16] = {0}, b[16] = {0}, *now = a, *before = b;
    for (int i = 0; i < m; i++) {
        now[0] = d[i] + (i ? before[1] * u[i - 1] : 0);
        now[1] = u[i] * now[0];
        y[i] = i % 3 ? now[1] : d[i] * now[0];
        double *t = now;
        now = before;
        before = t;
    }
}

/* A list in the order of insertion, nodes moved as bytes. */
struct node {
    double key;
    struct node *tail;
};

AD_JACOBIAN(x -> y)
void list(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    struct node *head = NULL, copy;
    for (int i = 0; i < n; i++) {
        struct node *new = malloc(sizeof *new);
        if (!new)
            abort();
        new->key = x[i] * (head ? sin(head->key) : 1);
        new->tail = head;
        head = new;
    }
    for (int i = n - 1; head; i--) {
        memcpy(&copy, head, sizeof copy);
        y[i] = i % 2 ? copy.key : x[i] + 1;
        free(head);
        head = copy.tail;
    }
}

/* Complex numbers in a struct, floats as columns: fewer of these go at once. */
typedef struct {
    double complex z;
    float w[3];
} mode;

AD_JACOBIAN(f, x -> y)
AD_HESSIAN(x, f; y)
double modes(AD_LEN(n) const float *f, AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    mode s[3] = {{0, {0, 0, 0}}};
    double e = 0;
    for (int i = 0; i < n; i++) {
        mode *at = &s[i % 3];
        at->z = x[i] + I * f[i];
        at->w[i % 3] = f[i] * (float)x[n - 1 - i];
        y[i] = creal(at->z * at->z) + s[(i + 1) % 3].w[(i + 1) % 3] + cimag(s[(i + 2) % 3].z);
        e += y[i] * f[i];
    }
    return e;
}
