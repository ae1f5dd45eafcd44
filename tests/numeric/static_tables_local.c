// check: --set n=3
// construct: memory: static tables in functions: structs without a name, tables of tables
// construct: memory: tables of addresses: of weights, of buffers that carry derivatives
#include <adgen.h>
#include <math.h>
AD_GRAD(x)
double f(double x, int n)
{
    static const struct {
        int k;
        double a, b;
    } terms[] = {{1, 2.5, 0.1}, {2, -1.5, 0.2}, {3, 0.5, 3.14159}};
    static const double sx[] = {1, 2, 3}, sy[2] = {4, 5}, sz[] = {0.1E-3};
    static const double *const rows[] = {sx, sy, sz};
    static const int len[] = {(int)(sizeof sx / sizeof *sx), 2, sizeof(sz) / sizeof(double)};
    static const double(*pick)[2] = &sy;
    double s = 0;
    for (int i = 0; i < n; i++)
        s += terms[i].a * sin(terms[i].k * x + terms[i].b);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < len[i]; j++)
            s += rows[i][j] * pow(x, j);
    for (const double *p = *pick; p < *pick + 2; p++)
        s *= 1 + x / *p;
    return s;
}
static double g(double x)
{
    enum { N = 3 };
    struct pair {
        double u, v;
    };
    static const struct pair t[N] = {{1, 2}, {3, 4}, {5, 6}};
    static struct {
        double lo, hi;
    } range = {-1, 1};
    const struct pair *p = t;
    double s = 0;
    for (; p != t + N; ++p)
        s += p->u * x + p->v;
    return s > range.hi ? sqrt(s * s) : range.lo * s;
}
static double h(double x)
{
    static const struct {
        double a;
        const char *name;
    } t[2] = {{1.5, "one"}, {2.5, "two"}};
    return t[0].a * x * t[1].a;
}
AD_GRAD(x)
double fgh(double x, int n)
{
    return f(x, n) + g(x) * h(x * x);
}

/* Without inner braces. */
static const float weights[4][4] = {1, 0, 0, 0, 0, 1, 2, 0, 3, 0, 0, 1, 0.1f, 2, 1};
static const struct { double a, b; int k[2]; } rules[2] = {1, 2, 3, 4, 5, 6, 7};

AD_GRAD(x)
double flat(double x, int n)
{
    static const double more[2][2] = {0.1, 0.2, 0.3, 0.4};
    double s = 0;
    for (int j = 0; j < 4; j++)
        s += weights[n][j] * pow(x, j) + rules[j & 1].a * x * rules[j & 1].k[j / 2] * more[j & 1][j / 2];
    return s;
}

/* Tables in functions that name objects of the file, which name functions and one another. */
struct rule {
    double (*apply)(double a, double x);
    const struct rule *next;
    const double *w;
};
static double squared(double a, double x) { return a * x * x; }
static double damped(double a, double x) { return exp(-a * x) * x; }
static const double wide[2] = {1, 2}, narrow[2] = {0.25, 0.5};
static double loose[2] = {0.7, 0.9}; /* nobody writes it */
static const struct rule first, second = {damped, &first, narrow}, first = {squared, &second, wide};

AD_GRAD(x)
double chained(double x, int n)
{
    static const struct rule *const start[] = {&first, &second};
    static double *const scale = loose;
    const struct rule *r = start[n % 2];
    double s = 0;
    for (int i = 0; i <= n; i++, r = r->next)
        s += r->apply(r->w[i % 2] * scale[i % 2], x + s);
    return s;
}

/* Functions without linkage that only a table in the function names; layers whose weights are at file scope. */
static double leaky(double x) { return x > 0 ? x : 0.1 * x; }
static double soft(double x) { return log1p(exp(x)); }
double wide_weights[6] = {0.3, -0.2, 0.5, 0.7, -0.4, 0.1}, wide_bias[3] = {0.1, 0.2, -0.3}, out_weights[3] = {1, -2, 0.5};
double hidden[3], outcome[1];
struct layer {
    int inputs, outputs;
    double *weights;
    const double *bias;
    double *z;
};

AD_GRAD(x, wide_weights, wide_bias, out_weights)
double layered(AD_LEN(2) const double *x, int n)
{
    static double (*const bend[])(double) = {[1] = soft, [0] = leaky};
    static const double none[1] = {0.25};
    static const struct layer net[] = {{2, 3, wide_weights, wide_bias, hidden},
                                       {.inputs = 3, .outputs = 1, .weights = out_weights, .bias = none, .z = outcome}};
    const double *in = x;
    for (unsigned l = 0; l < sizeof net / sizeof *net; in = net[l++].z)
        for (int o = 0; o < net[l].outputs; o++) {
            double z = net[l].bias[o];
            for (int i = 0; i < net[l].inputs; i++)
                z += net[l].weights[o * net[l].inputs + i] * in[i];
            net[l].z[o] = bend[(n + o) % 2](z);
        }
    return outcome[0] * hidden[1];
}
