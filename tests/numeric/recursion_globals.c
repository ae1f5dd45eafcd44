// check: --with-primal --set n=5 --len x=7 --range x=0.5:1.5
// directions: 3 directions at once are not possible
// construct: functions: recursion over file-scope variables that carry derivatives: node pools, memo tables, sums, a parser's state
#include <adgen.h>
#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

/* ---- nodes from a pool, linked by address */
struct node {
    double v;
    struct node *l, *r;
};

static struct node pool[64];
static int used;

static struct node *new_node(double v)
{
    struct node *n = &pool[used++];
    n->v = v;
    n->l = n->r = NULL;
    return n;
}

static struct node *build(const double *x, int lo, int hi)
{
    if (lo >= hi)
        return NULL;
    int mid = (lo + hi) / 2;
    struct node *n = new_node(x[mid] * 0.5);
    n->l = build(x, lo, mid);
    n->r = build(x, mid + 1, hi);
    return n;
}

static double eval(const struct node *n)
{
    return n ? sin(n->v) + eval(n->l) * n->v + eval(n->r) : 1;
}

AD_GRAD(x)
double balanced(const double *x, int n)
{
    used = 0;
    return eval(build(x, 0, n)) * pool[1].v;
}

/* ---- and by number */
enum { NODES = 16 };

static struct entry {
    double key, value;
    int left, right;
} nodes[NODES];

static int insert(int root, double key, double value)
{
    if (root < 0) {
        nodes[used].key = key;
        nodes[used].value = value;
        nodes[used].left = nodes[used].right = -1;
        return used++;
    }
    if (key < nodes[root].key)
        nodes[root].left = insert(nodes[root].left, key, value);
    else
        nodes[root].right = insert(nodes[root].right, key, value);
    return root;
}

static double in_order(int i)
{
    return i < 0 ? 0 : in_order(nodes[i].left) * 0.5 + nodes[i].value * nodes[i].key + in_order(nodes[i].right);
}

AD_GRAD(x)
double sorted(const double *x, int n)
{
    int root = -1;
    used = 0;
    for (int i = 0; i < n; i++)
        root = insert(root, x[i] - (i == 2), x[i] * i);
    return in_order(root);
}

/* ---- a sum in a variable, weights that are written before, a memo table, functions that call each other */
double total, weight[4];
static double memo[32];
static int have[32];

static void visit(const double *x, int i, int n, double product)
{
    if (i >= n) {
        total += product * sin(product);
        return;
    }
    visit(x, i + 1, n, product * x[i]);
    visit(x, i + 1, n, product + weight[i % 4]);
}

AD_GRAD(x)
double subsets(const double *x, int n)
{
    total = 0;
    for (int i = 0; i < 4; i++)
        weight[i] = x[i] * x[n - 1 - i];
    visit(x, 0, n, 1);
    return total;
}

static double remembered(const double *x, int n)
{
    if (n < 2)
        return x[n];
    if (have[n])
        return memo[n];
    have[n] = 1;
    return memo[n] = remembered(x, n - 1) * x[n % 3] + remembered(x, n - 2);
}

AD_GRAD(x)
double sequence(const double *x, int n)
{
    memset(have, 0, sizeof have);
    double y = remembered(x, n);
    return y * memo[3];
}

static double odd(double x, int n);

static double even(double x, int n)
{
    if (n <= 0)
        return x * weight[1];
    weight[0] *= 1.5;
    return odd(x * weight[0], n - 1);
}

static double odd(double x, int n)
{
    if (n <= 0)
        return x;
    weight[2] += x;
    return even(sin(x) + weight[2], n - 1);
}

AD_GRAD(x)
double alternating(double x, int n)
{
    for (int i = 0; i < 4; i++)
        weight[i] = 0.3 * i + 0.5 * x;
    return even(x, n) + even(x, n - 1);
}

/* ---- a parser: the place in the text, the variables, and a result beside the returned one */
static const char *text;
static const double *vars;
static double largest;

static double expr(void);

static double factor(void)
{
    double v;
    if (*text == '(') {
        text++;
        v = expr();
        text++;
        return v;
    }
    if (*text == '-') {
        text++;
        return -factor();
    }
    if (isdigit((unsigned char)*text))
        return *text++ - '0';
    v = vars[*text++ - 'a'];
    if (v > largest)
        largest = v;
    return v;
}

static double term(void)
{
    double v = factor();
    while (*text == '*' || *text == '/')
        if (*text++ == '*')
            v *= factor();
        else
            v /= factor();
    return v;
}

static double expr(void)
{
    double v = term();
    while (*text == '+' || *text == '-')
        if (*text++ == '+')
            v += term();
        else
            v -= term();
    return v;
}

AD_GRAD(x)
double calculated(const double *x)
{
    static const char *const lines[] = {"a*(b+3*c)-a/(b*b+1)", "-d*2;e", "(c-b)*(c+b)"};
    double sum = 0;
    vars = x;
    largest = 0;
    for (int i = 0; i < 3; i++) {
        text = lines[i];
        sum = sum * 0.5 + expr();
        if (*text == ';') {
            text++;
            sum *= expr();
        }
    }
    return sum * largest;
}

/* ---- what one call leaves to the next: in a variable of the function, in a table that the first call finds as zeros */
static double keep(double v, int n)
{
    static double last;
    if (n)
        keep(v, n - 1);
    double old = last;
    last = v * n;
    return old;
}

AD_GRAD(x)
double handed_on(double x)
{
    keep(x, 0);
    double a = keep(x, 3);
    return a * keep(x * x, 2) + keep(1, 1);
}

double results[10];

static double table(double x, int n)
{
    if (n == 0)
        return x;
    results[n] = table(x, n - 1) * x;
    return results[n] + results[n - 1];
}

AD_GRAD(x)
double tabulated(double x, int n)
{
    results[0] = x;
    return table(x, n) * results[2];
}

/* ---- independents that are overwritten: what their d_ hold on entry is no seed */
double level, squares[6];

static double fold(int lo, int hi)
{
    if (hi - lo == 1) {
        squares[lo] *= squares[lo];
        return squares[lo];
    }
    int mid = (lo + hi) / 2;
    double a = fold(lo, mid), b = fold(mid, hi);
    squares[lo] = a * b + level;
    return a * b + squares[mid];
}

AD_GRAD(x, squares)
double folded(double x)
{
    level = x;
    return fold(0, 6) * squares[0];
}
