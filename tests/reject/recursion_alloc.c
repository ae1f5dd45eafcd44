// expect: 18:22: error: the recursive function 'grow' leaves its caller memory of its own, which carries derivatives
// args: --grad 'f(x)'
// construct: recursive functions that leave memory from malloc to their caller: allocate it outside of them
#include <stdlib.h>
struct node { double v; struct node *l; };
static struct node *grow(const double *x, int n)
{
    if (!n)
        return NULL;
    struct node *t = malloc(sizeof *t);
    t->v = x[0];
    t->l = grow(x + 1, n / 2);
    return t;
}
static void square(struct node *t) { t->v *= t->v; if (t->l) square(t->l); }
double f(const double *x, int n)
{
    struct node *t = grow(x, n);
    double s = t->v;
    square(t);
    return s + t->v;
}
