// check: --set n=4 --set m=3 --range x=0.4:1.6
// construct: memory: scratch that helpers allocate in each call: small blocks become locals, others are allocated before the loop
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------- blocks of constant size */

static double small_at(const double *x)
{
    double *t = malloc(2 * sizeof *t);
    if (t == NULL)
        return NAN;
    t[0] = sin(x[0]) * x[1];
    t[1] = exp(-t[0] * x[1]);
    double r = t[0] * t[1] + log(1 + t[1]);
    free(t);
    return r;
}

AD_GRAD(x)
double small_sum(AD_LEN(2 * n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += small_at(x + 2 * i);
    return s;
}

/* A struct of arrays, made by one helper and ended by another. */
struct work {
    double *a, (*b)[2];
};

static void work_delete(struct work *w)
{
    if (!w)
        return;
    free(w->a);
    free(w->b);
    free(w);
}

static struct work *work_new(void)
{
    struct work *w = malloc(sizeof *w);
    if (!w)
        return NULL;
    w->a = calloc(3, sizeof *w->a);
    w->b = malloc(2 * sizeof *w->b);
    if (!w->a || !w->b) {
        free(w->a);
        free(w->b);
        free(w);
        return NULL;
    }
    return w;
}

static double small_struct_at(const double *x)
{
    struct work *w = work_new();
    if (!w)
        return -1;
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++)
            w->b[i][k] = x[i] * cos(x[k]);
    w->a[1] += w->b[0][1] * w->b[1][0];
    double s = w->a[0] + w->a[1] * w->a[1] + w->b[1][1];
    work_delete(w);
    return s;
}

AD_GRAD(x)
double small_struct(AD_LEN(2 * n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += small_struct_at(&x[2 * i]);
    return s;
}

/* Bytes that are copied and cleared. */
AD_GRAD(x)
double small_copied(AD_LEN(3 * n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double *t = malloc(3 * sizeof(double)), *u = malloc(3 * sizeof(double));
        memcpy(t, x + 3 * i, 3 * sizeof(double));
        memset(u, 0, 3 * sizeof(double));
        for (int k = 0; k < 3; k++)
            u[k] += t[k] * t[2 - k];
        s += u[0] * u[1] + sin(u[2]);
        free(t);
        free(u);
    }
    return s;
}

/* ---------------------------------------------------------------------- blocks whose size is known before the loop */

static double known_at(const double *x, const double *w, int m)
{
    double *t = malloc(m * sizeof *t), *e = calloc(m, sizeof *e);
    if (!t || !e) {
        free(t);
        free(e);
        return NAN;
    }
    for (int k = 0; k < m; k++)
        t[k] = exp(w[k] * x[k]);
    double sum = 0;
    for (int k = 0; k < m; k++) {
        e[k] += t[k] * x[m - 1 - k];
        e[k / 2] += 0.25 * t[k];
    }
    for (int k = 0; k < m; k++)
        sum += e[k] * e[k];
    free(t);
    free(e);
    return log(sum);
}

AD_GRAD(x, w)
double known_size(AD_LEN(n *m) const double *x, AD_LEN(m) const double *w, int n, int m)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += known_at(x + i * m, w, m);
    return s;
}

static struct work *room(int m)
{
    struct work *w = malloc(sizeof *w);
    if (!w)
        return NULL;
    w->a = malloc(m * sizeof *w->a);
    w->b = malloc(m * sizeof *w->b);
    if (!w->a || !w->b) {
        work_delete(w);
        return NULL;
    }
    return w;
}

AD_GRAD(x)
double known_struct(AD_LEN(n *m) const double *x, int n, int m)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        struct work *w = room(m);
        if (!w)
            return -1;
        for (int k = 0; k < m; k++) {
            w->a[k] = x[i * m + k] * x[i * m + k];
            w->b[k][0] = sin(w->a[k]);
            w->b[k][1] = w->b[k][0] * x[i * m];
        }
        for (int k = 0; k < m; k++)
            s += w->b[k][1] * w->a[m - 1 - k];
        work_delete(w);
    }
    return s;
}

/* Two loops out; the helper ends early where there is nothing to do. */
static double known_row(const double *x, int m, double c)
{
    if (m < 1)
        return 0;
    if (c < 0)
        return x[0];
    double *t = malloc((m + 1) * sizeof(double));
    t[0] = c;
    for (int k = 0; k < m; k++)
        t[k + 1] = t[k] * sin(x[k]) + x[k];
    double r = t[m] * t[m / 2];
    free(t);
    return r;
}

AD_GRAD(x)
double known_nest(AD_LEN(n *m) const double *x, int n, int m)
{
    double s = 0;
    for (int r = 0; r < n; r++)
        for (int k = 0; k < 3; k++)
            s += known_row(x + r * m, m, k - 1);
    return s;
}

/* A state that goes through the loop: its step's scratch is overwritten in each step. */
static void step(double *y, int m, double h)
{
    double *k1 = malloc(m * sizeof *k1), *k2 = malloc(m * sizeof *k2), *at = malloc(m * sizeof *at);
    for (int i = 0; i < m; i++)
        k1[i] = sin(y[i]) - 0.3 * y[(i + 1) % m];
    for (int i = 0; i < m; i++)
        at[i] = y[i] + h * k1[i];
    for (int i = 0; i < m; i++)
        k2[i] = sin(at[i]) - 0.3 * at[(i + 1) % m];
    for (int i = 0; i < m; i++)
        y[i] += h / 2 * (k1[i] + k2[i]);
    free(k1);
    free(k2);
    free(at);
}

AD_GRAD(x)
double known_state(AD_LEN(m) const double *x, int n, int m)
{
    double *y = malloc(m * sizeof *y), s = 0;
    for (int i = 0; i < m; i++)
        y[i] = x[i];
    for (int k = 0; k < n; k++)
        step(y, m, 0.1);
    for (int i = 0; i < m; i++)
        s += y[i] * y[i];
    free(y);
    return s;
}

/* while: as often as it takes */
AD_GRAD(x)
double known_while(AD_LEN(m) const double *x, int m)
{
    double r = x[0], left = 4;
    while (left > 0.5) {
        double *t = malloc(m * sizeof *t), q = 0;
        for (int k = 0; k < m; k++)
            t[k] = r * cos(x[k]);
        for (int k = 0; k < m; k++)
            q += t[k] * t[m - 1 - k];
        r = 0.5 * r + 0.1 * q;
        left *= 0.6;
        free(t);
    }
    return r;
}

/* ---------------------------------------------------------------------- where blocks stay where they are */

/* Kept beyond the iteration. */
AD_GRAD(x)
double not_kept(AD_LEN(n *m) const double *x, int n, int m)
{
    double **row = malloc(n * sizeof *row), s = 0;
    for (int i = 0; i < n; i++) {
        row[i] = malloc(m * sizeof **row);
        for (int k = 0; k < m; k++)
            row[i][k] = x[i * m + k] * x[k];
    }
    for (int i = 0; i < n; i++)
        for (int k = 0; k < m; k++)
            s += row[i][k] * row[n - 1 - i][k];
    for (int i = 0; i < n; i++)
        free(row[i]);
    free(row);
    return s;
}

struct node {
    double v;
    struct node *next;
};

AD_GRAD(x)
double not_lists(AD_LEN(n) const double *x, int n)
{
    struct node *head = NULL;
    double s = 0;
    for (int i = 0; i < n; i++) {
        struct node *new = malloc(sizeof *new);
        new->v = sin(x[i]);
        new->next = head;
        head = new;
    }
    while (head) {
        struct node *next = head->next;
        s = s * head->v + head->v;
        free(head);
        head = next;
    }
    return s;
}

/* Another size in each iteration. */
AD_GRAD(x)
double not_sizes(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double *t = malloc((i + 1) * sizeof *t);
        for (int k = 0; k <= i; k++)
            t[k] = x[k] * x[i];
        for (int k = 0; k <= i; k++)
            s += t[k] * t[i - k];
        free(t);
    }
    return s;
}

/* A block that grows where it has to. */
AD_GRAD(x)
double not_grown(AD_LEN(n) const double *x, int n)
{
    double *t = NULL, s = 0;
    int had = 0;
    for (int i = 0; i < n; i++) {
        if (i + 1 > had) {
            free(t);
            had = 2 * (i + 1);
            t = malloc(had * sizeof *t);
        }
        for (int k = 0; k <= i; k++)
            t[k] = sin(x[k] * x[i]);
        for (int k = 0; k <= i; k++)
            s += t[k] * t[i - k];
    }
    free(t);
    return s;
}

/* One of two: which is freed is not known. */
AD_GRAD(x)
double not_either(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double *a = malloc(2 * sizeof *a), *b = malloc(2 * sizeof *b);
        double *p = i % 2 ? a : b, *q = i % 2 ? b : a;
        p[0] = x[i] * x[i];
        q[0] = p[0] * x[0];
        p[1] = q[0] * p[0];
        s += p[1] * q[0];
        free(p);
        free(q);
    }
    return s;
}
