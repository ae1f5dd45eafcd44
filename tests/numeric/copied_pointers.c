// check: --set n=4
// construct: memory: memcpy, memmove, memset of what holds pointers
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    double *data;
    size_t length, capacity;
} Vector;

static void push(Vector *v, double x)
{
    if (v->length == v->capacity) {
        v->capacity = v->capacity ? 2 * v->capacity : 2;
        v->data = realloc(v->data, v->capacity * sizeof *v->data);
    }
    v->data[v->length++] = x;
}

static void clear(Vector *v)
{
    free(v->data);
    memset(v, 0, sizeof *v);
}

AD_GRAD(x)
double grown(AD_LEN(n) const double *x, int n)
{
    Vector a, b;
    double s = 0;
    memset(&a, 0, sizeof(Vector));
    for (int i = 0; i < n; i++)
        push(&a, x[i] * x[i]);
    memcpy(&b, &a, sizeof b);
    for (size_t i = 0; i < b.length; i++)
        s += sin(b.data[i]) * a.data[0];
    clear(&a);
    return a.data ? -1 : s;
}

/* Rows that change places. */
AD_GRAD(x)
double rows(AD_LEN(n) const double *x, int n)
{
    double store[4][8], *row[4], *old[4], s = 0;
    memset(row, 0, sizeof row);
    for (int r = 0; r < 4; r++) {
        row[r] = store[r];
        for (int i = 0; i < n; i++)
            row[r][i] = x[i] * (r + 1);
    }
    memcpy(old, row, sizeof old);
    memmove(row, row + 1, 3 * sizeof *row);
    row[3] = old[0];
    for (int r = 0; r < 4; r++)
        for (int i = 0; i < n; i++)
            s += row[r][i] * exp(old[r][i] * 0.1);
    return s;
}

/* A chain of nodes, each a copy of a pattern. */
struct node {
    struct node *next;
    const double *value;
    int kind;
};

AD_GRAD(x)
double chain(AD_LEN(n) const double *x, int n)
{
    struct node nodes[8], pattern, *first = NULL;
    memset(&pattern, 0, sizeof pattern);
    for (int i = 0; i < n; i++) {
        pattern.kind = i & 1;
        memcpy(&nodes[i], &pattern, sizeof pattern);
        nodes[i].value = x + i;
        nodes[i].next = first;
        first = &nodes[i];
    }
    double s = 1;
    for (const struct node *p = first; p; p = p->next)
        s = p->kind ? s * *p->value : s + cos(*p->value);
    return s;
}

/* ---- addresses copied from pointers to structs to `void *`, in nodes of as many as they have */
typedef struct te {
    int type;
    double value;
    void *parameters[1];
} te; /* as of a parser of expressions */
static te *make(int type, const te *parameters[], int arity)
{
    const size_t psize = sizeof(void *) * (size_t)arity;
    te *r = malloc(sizeof(te) - sizeof(void *) + psize + sizeof(void *));
    memset(r, 0, sizeof(te) - sizeof(void *) + psize + sizeof(void *));
    if (arity && parameters)
        memcpy(r->parameters, parameters, psize);
    r->type = type;
    return r;
}
AD_GRAD(x, y)
double joined(double x, double y)
{
    te *a = make(0, NULL, 0), *b = make(0, NULL, 0);
    a->value = x * y;
    b->value = sin(y);
    te *s = make(2, (const te *[]){a, b}, 2);
    double r = ((te *)s->parameters[0])->value * ((te *)s->parameters[1])->value + ((te *)s->parameters[1])->value;
    free(s); free(a); free(b);
    return r;
}

struct cell {
    double value, slope;
    struct cell *a, *b;
};

struct sheet {
    struct cell cell[16];
    int used;
};

static struct cell *add_cell(struct sheet *s, double value, struct cell *a, struct cell *b)
{
    struct cell *c = &s->cell[s->used++];
    c->value = value;
    c->a = a;
    c->b = b;
    return c;
}

/* What a constant holds that nothing was put into are no addresses. */
AD_GRAD(x)
double from_empty(AD_LEN(n) const double *x, int n)
{
    static const struct sheet empty;
    struct sheet s = empty, *sheet = &s;
    struct cell *product = add_cell(sheet, 1, NULL, NULL);
    for (int i = 0; i < n && i < 6; i++) {
        struct cell *leaf = add_cell(sheet, x[i], NULL, NULL);
        product = add_cell(sheet, product->value * leaf->value, product, leaf);
    }
    product->slope = 1;
    double norm = 0;
    for (int i = s.used - 1; i >= 0; i--) {
        struct cell *c = &s.cell[i];
        if (c->a) {
            c->a->slope += c->slope * c->b->value;
            c->b->slope += c->slope * c->a->value;
        }
        norm += c->slope * c->slope;
    }
    return norm;
}
