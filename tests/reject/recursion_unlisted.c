// expect: 14:12: error: 't' carries derivatives from this write to a later read, but SPEC 'f(y)' does not name it
// expect: 14:12: note: name it as scratch: 'f(y; t)'
// args: --grad 'f(y)'
struct node { double v; struct node *l; };
static double deep(struct node *t, double x)
{
    if (!t)
        return x;
    t->v *= x;
    return deep(t->l, x * t->v);
}
double f(struct node *t, double y)
{
    return deep(t, y);
}
