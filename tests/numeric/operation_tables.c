// check: --set n=6 --set k=1.5 --set which=1
// construct: functions: pointers in structs, tables of operations, callbacks with `void *`
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
typedef double (*fn1)(double);
typedef struct activation {
    const char *name;
    double (*f)(double);
    double slope;
} activation;
static double relu(double x)
{
    return x > 0 ? x : 0.1 * x;
}
static double sig(double x)
{
    return 1 / (1 + exp(-x));
}
static double soft(double x)
{
    return log1p(exp(x));
}
static const activation table[] = {{"relu", relu, 1}, {"sigmoid", sig, 0.5}, {"softplus", soft, 2}, {"tanh", tanh, 1.5}};
typedef struct {
    int n;
    const activation *act;
    double *w;
    double b;
} Layer;
static double forward(const Layer *l, const double *x)
{
    double s = l->b;
    for (int i = 0; i < l->n; i++)
        s += l->w[i] * x[i];
    return l->act->f(s) * l->act->slope;
}
AD_GRAD(w, x)
double net(AD_LEN(12) double *w, AD_LEN(3) const double *x, int which)
{
    Layer layers[4];
    for (int i = 0; i < 4; i++)
        layers[i] = (Layer){3, &table[(which + i) % 4], w + 3 * i, 0.1 * i};
    double s = 0;
    for (int i = 0; i < 4; i++)
        s += forward(&layers[i], x);
    return s;
}
/* vtable */
struct shape;
struct shape_ops {
    double (*area)(const struct shape *);
    double (*perimeter)(const struct shape *);
    void (*scale)(struct shape *, double);
};
struct shape {
    const struct shape_ops *ops;
    double a, b;
};
static double rect_area(const struct shape *s)
{
    return s->a * s->b;
}
static double rect_per(const struct shape *s)
{
    return 2 * (s->a + s->b);
}
static void rect_scale(struct shape *s, double k)
{
    s->a *= k;
    s->b *= k;
}
static double ell_area(const struct shape *s)
{
    return 3.14159 * s->a * s->b;
}
static double ell_per(const struct shape *s)
{
    return 3.14159 * sqrt(2 * (s->a * s->a + s->b * s->b));
}
static void ell_scale(struct shape *s, double k)
{
    s->a *= k;
    s->b = s->b * k;
}
static const struct shape_ops rect_ops = {.area = rect_area, .perimeter = rect_per, .scale = rect_scale};
static const struct shape_ops ell_ops = {ell_area, ell_per, ell_scale};
AD_GRAD(p)
double shapes(AD_LEN(2 * n) const double *p, int n, double k)
{
    double t = 0;
    for (int i = 0; i < n; i++) {
        struct shape s = {i & 1 ? &rect_ops : &ell_ops, p[2 * i], p[2 * i + 1]};
        if (i > 0)
            s.ops->scale(&s, k);
        t += s.ops->area(&s) / s.ops->perimeter(&s);
    }
    return t;
}
/* callback with context */
typedef double integrand(double x, void *ctx);
static double simpson(integrand *f, void *ctx, double a, double b, int n)
{
    double h = (b - a) / n, s = f(a, ctx) + f(b, ctx);
    for (int i = 1; i < n; i++)
        s += (i % 2 ? 4 : 2) * f(a + i * h, ctx);
    return s * h / 3;
}
struct gauss {
    double mu, sigma;
};
static double bell(double x, void *ctx)
{
    struct gauss *g = ctx;
    double z = (x - g->mu) / g->sigma;
    return exp(-0.5 * z * z);
}
static double poly(double x, void *ctx)
{
    const double *c = (const double *)ctx;
    return c[0] + x * (c[1] + x * c[2]);
}
AD_GRAD(mu, sigma, c, hi)
double integrate(double mu, double sigma, AD_LEN(3) double *c, double hi, int n)
{
    struct gauss g = {mu, sigma};
    return simpson(bell, &g, 0, hi, n) * simpson(&poly, c, -1, hi, n);
}

/* What is called is read again in each round of a loop whose end depends on the data: its address is kept. */
struct stepper {
    const struct step_ops *ops;
    double h, last;
};
struct step_ops {
    double (*step)(struct stepper *s, double x);
};
static double step_wide(struct stepper *s, double x);
static double step_narrow(struct stepper *s, double x)
{
    s->h = s->h * 0.75 + 0.1 * sin(x);
    return s->h * x;
}
static double step_twice(struct stepper *s, double x);
static const struct step_ops wide = {step_wide}, narrow = {step_narrow}, twice = {step_twice};
static double step_twice(struct stepper *s, double x)
{
    s->ops = &wide;
    return 0.1 * step_narrow(s, x) + step_narrow(s, 0.5 * x);
}
static double step_wide(struct stepper *s, double x)
{
    s->last = x * s->h;
    s->ops = s->h > 0.3 ? &narrow : &twice;
    return s->last + cos(s->h);
}
static struct stepper *stepper_new(double h)
{
    struct stepper *s = malloc(sizeof *s);
    s->ops = h > 0 ? &wide : &narrow;
    s->h = h;
    s->last = 0;
    return s;
}
AD_GRAD(h)
double walked(double h, double k, int n)
{
    struct stepper *s = stepper_new(h);
    double x = k;
    while (x < 4 && n-- > 0)
        x += s->ops->step(s, x);
    x *= x + s->last;
    free(s);
    return x;
}
