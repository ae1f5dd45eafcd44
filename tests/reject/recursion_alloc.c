// expect: 22:16: error: 'all' carries derivatives from this write to a later read, but SPEC 'f(x)' does not name it
// args: --grad 'f(x)'
// construct: recursive functions that keep memory from malloc in a variable of static lifetime: give them a pointer to keep it in
#include <stdlib.h>
struct node { double v; struct node *l, *all; };
static struct node *all;
static struct node *grow(const double *x, int n)
{
    if (!n)
        return NULL;
    struct node *t = malloc(sizeof *t);
    t->v = x[0];
    t->all = all;
    all = t; /* for a loop that frees them */
    t->l = grow(x + 1, n / 2);
    return t;
}
static double square(struct node *t) { t->v *= t->v; return t->v + (t->l ? square(t->l) : 0); }
double f(const double *x, int n)
{
    struct node *t = grow(x, n);
    double s = square(t);
    while (all) {
        struct node *next = all->all;
        free(all);
        all = next;
    }
    return s;
}
