// check: --set n=4
// construct: memory: globals
// construct: preprocessor and library: macros
// construct: memory: static tables
// construct: functions: `extern` in a function, of what is static in the file
#include <adgen.h>
#include <math.h>
#include <string.h>

double gain = 1.5;
double table[3] = {0.5, 0.25, 0.125};
double workspace[8];

AD_GRAD(x, gain, table)
double with_globals(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * x[i] * gain * table[i % 3];
    return s;
}

AD_VJP(x -> table)
void writes_global(AD_LEN(n) const double *x, int n)
{
    for (int i = 0; i < n && i < 3; i++)
        table[i] = x[i] * x[i];
}

AD_GRAD(x)
double uses_workspace(AD_LEN(n) const double *x, int n)
{
    for (int i = 0; i < n; i++)
        workspace[i] = x[i] * x[i];
    double s = 0;
    for (int i = 0; i < n; i++)
        s += workspace[i] * workspace[0];
    return s;
}

/* A workspace at file scope: its shadow is a local of the derivative, on the heap where it is larger than 16 KiB. */

double large[40000], matrix[100][50];

AD_GRAD(x)
AD_VJP(x)
AD_JVP(x)
double chained(AD_LEN(n) const double *x, int n)
{
    for (int i = 0; i < n; i++)
        large[i] = x[i] * x[i];
    for (int i = 1; i < n; i++)
        large[i] *= large[i - 1];
    return large[n - 1];
}

static void spread(const double *x, int n)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            matrix[i][k] = x[i] * x[k];
}

AD_GRAD(x)
double through_helper(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    spread(x, n);
    for (int i = 0; i < n; i++)
        s += matrix[i][n - 1 - i] * matrix[0][i];
    return s;
}

static const double weights[4] = {0.1, 0.2, 0.3, 0.4};
const double scale_factor = 1.75;
static const int order[] = {3, 1, 2, 0};
static const struct { double a; int b; } params[2] = {{1.5, 2}, {2.5, 3}};
enum { WINDOW = 3 };

AD_GRAD(x)
double tables(AD_LEN(n) const double *x, int n)
{
    static const double local[2][2] = {{1, 2}, {3, 4}};
    double s = 0;
    for (int i = 0; i < n; i++) {
        s += weights[order[i % 4]] * x[i] * scale_factor;
        s += params[i % 2].a * x[i] * params[1].b;
        s *= local[i % 2][1] * 0.3;
    }
    for (int i = WINDOW; i < n; i++)
        s += x[i] * x[i - WINDOW];
    return s * (double)sizeof(weights) / sizeof weights[0];
}

#define SQ(x) ((x) * (x))
#define N_ROWS 3
#define AT(a, i, j) a[(i) * N_ROWS + (j)]
#define SWAP(T, a, b) do { T t_ = (a); (a) = (b); (b) = t_; } while (0)
#define FOR(i, n) for (int i = 0; i < (n); i++)
#define REAL double
#define SUM_OF(out, expr) do { (out) = 0; FOR(k_, 5) (out) += (expr); } while (0)

AD_GRAD(m)
REAL macros(AD_LEN(9) const REAL *m, int n)
{
    REAL s = 0, p = 1, t;
    FOR(i, N_ROWS)
        FOR(j, N_ROWS)
            s += SQ(AT(m, i, j)) * AT(m, j, i);
    FOR(i, n) {
        p *= m[i];
        SWAP(REAL, s, p);
    }
    SUM_OF(t, m[k_] * k_ + SQ(s));
    return s * p + t;
}

// Static tables that no function writes are copied, const or not; a static workspace of the function itself is one.

static double calibration[3] = {0.5, 1.5, -1};
static const double nodes[] = {-1, 0, 1};
static double scale = 3;
static struct {
    double a;
    int n;
} options = {0.25, 2};

static double calibrated(const double *w, const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += w[i] * x[i] * x[i];
    return s;
}

AD_GRAD()
double f(AD_LEN(3) const double *x)
{
    double s = 0;
    for (int i = 0; i < 3; i++)
        s += x[i] * nodes[i] * x[(i + options.n) % 3] + options.a * x[i];
    return s * scale + calibrated(calibration, x, 3);
}

/* Two declarators of a struct without a tag. */
static const struct {
    double stiffness, damping;
} springs[2] = {{1.5, 0.2}, {0.7, 0.1}}, *softest = springs + 1;

AD_GRAD(x)
double spring(double x, int k)
{
    return springs[k & 1].stiffness * x * x + softest->damping * x;
}

static const double declared_within[] = {0.5, 0.25, 0.125};

AD_GRAD(x)
double from_within(const double x[3])
{
    extern const double declared_within[];
    double s = 0;
    for (int i = 0; i < 3; i++)
        s += declared_within[i] * x[i] * x[i];
    return s;
}

struct unit {
    const char *name;
    double factor;
};
static const struct unit units[] = {{"m", 1}, {"in", 0.0254}, {"ft", 0.3048}};

/* Copied with the tables: nothing here has a derivative. */
static int number_of_unit(const char *name, int verbose)
{
    const struct unit *u = units;
    while (u < units + 3 && strcmp(u->name, name) != 0)
        u++;
    return u == units + 3 ? 0 : (int)(u - units);
}

AD_GRAD(x)
double in_units(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (const struct unit *u = units; u != units + 3; u++)
        s = s * x[(u - units) % n] + u->factor;
    return s * x[0] * units[number_of_unit(n > 2 ? "ft" : "in", 0)].factor;
}
/* Enumerators counted from tables that the derivative may not have. */
static const double levels[] = {0.5, 1.5, 2.5};
enum { NLEVELS = sizeof levels / sizeof levels[0], NLEVELS2 = 2 * NLEVELS };
AD_GRAD(x)
double by_level(AD_LEN(3) const double *x)
{
    static const int order[] = {2, 0, 1};
    enum { NORDER = (sizeof order / sizeof *order), LAST = NORDER - 1 };
    double buf[NLEVELS2] = {0}, s = 0;
    for (int i = 0; i < NORDER; i++)
        buf[order[i] + LAST] = x[i] * x[order[i]];
    for (int i = 0; i < NLEVELS2; i++)
        s += buf[i] * buf[i];
    return s;
}
/* A field with the name of a function that the copied one does not call. */
typedef struct node {
    int kind, leaf;
    const struct node *left, *right;
} node;
static node leaf(int i)
{
    node a = {0, i, NULL, NULL};
    return a;
}
static double tree_sum(const node *t, const double *x)
{
    if (t->kind == 0)
        return x[t->leaf];
    return tree_sum(t->left, x) > 0.5 ? tree_sum(t->right, x) : tree_sum(t->left, x) * 0.5;
}
AD_GRAD(x)
double tree_of(AD_LEN(2) const double *x)
{
    node a = leaf(0), b = leaf(1), top = {1, 0, &a, &b};
    return tree_sum(&top, x);
}
