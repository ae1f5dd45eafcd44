// check: --set n=6 --range x=0.3:1.4
// construct: functions: second derivatives of recursive functions that return pointers
// Recursive functions that find a place: in a sorted array, in a tree of the caller's, the largest; it is read and written there.
#include <adgen.h>
#include <math.h>

/* the slot whose key is nearest, by halving */
static double *slot(double *values, const double *keys, int n, double key)
{
    if (n <= 1)
        return values;
    int h = n / 2;
    return key < keys[h] ? slot(values, keys, h, key) : slot(values + h, keys + h, n - h, key);
}

AD_GRAD(x)
double binned(AD_LEN(n) const double *x, int n)
{
    static const double keys[6] = {0, 0.5, 0.7, 0.9, 1.1, 1.3};
    double bin[6] = {1, 1, 1, 1, 1, 1}, s = 0;
    for (int i = 0; i < n; i++)
        *slot(bin, keys, 6, x[i]) *= 1 + x[i] * x[i];
    for (int i = 0; i < 6; i++)
        s += bin[i] * bin[i] * (i + 1);
    return s;
}

typedef struct Node {
    double weight;
    int left, right;
} Node;

static Node *heaviest(Node *tree, int at)
{
    Node *best = &tree[at];
    if (tree[at].left >= 0) {
        Node *l = heaviest(tree, tree[at].left);
        if (l->weight > best->weight)
            best = l;
    }
    if (tree[at].right >= 0) {
        Node *r = heaviest(tree, tree[at].right);
        if (r->weight > best->weight)
            best = r;
    }
    return best;
}

AD_GRAD(w)
double pruned(AD_LEN(5) const double w[5])
{
    Node tree[5] = {{w[0], 1, 2}, {w[1], 3, 4}, {w[2], -1, -1}, {w[3], -1, -1}, {w[4], -1, -1}};
    double s = 0;
    for (int i = 0; i < 3; i++) {
        Node *n = heaviest(tree, 0);
        s += n->weight * n->weight * (i + 1);
        n->weight *= 0.25 * n->weight;
    }
    return s * tree[0].weight;
}

/* the pointer comes back through a parameter */
static int seek(const double *x, int n, const double **found)
{
    if (n == 0)
        return 0;
    if (x[0] > 0.8) {
        *found = x;
        return 1 + seek(x + 1, n - 1, found);
    }
    return seek(x + 1, n - 1, found);
}

AD_GRAD(x)
double last_above(AD_LEN(n) const double *x, int n)
{
    const double *p = x;
    int many = seek(x, n, &p);
    return p[0] * p[0] * p[0] * many + x[0];
}

static double *chase(double *a, double *b, int n)
{
    return n > 0 ? chase(b, a, n - 1) : a;
}

AD_VJP(a, b -> a, b)
void exchanged(AD_LEN(2) double *a, AD_LEN(2) double *b)
{
    for (int i = 0; i < 4; i++)
        chase(a, b, i)[i % 2] *= chase(b, a, i)[1];
}
AD_JACOBIAN(a, b -> a, b)
void exchanged_again(AD_LEN(2) double *a, AD_LEN(2) double *b)
{
    exchanged(a, b);
}
