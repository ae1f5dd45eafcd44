// expect: 14:5: error: the recursive function 'drop' frees memory that the function was given as well as memory that it allocated; only the latter can be followed
// expect: 9:5: note: here
// args: --grad 'f(t)'
// construct: recursive functions that free what the function was given: free it outside of them
#include <stdlib.h>
struct node { double v; struct node *l; };
static void drop(struct node *t)
{ if (t->l) drop(t->l);
    free(t->l);
}
double f(struct node *t)
{
    double s = t->v * t->l->v;
    drop(t);
    return s;
}
