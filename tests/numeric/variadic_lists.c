// check: --set n=5
// construct: functions: functions that take a va_list
// The arguments behind ... are handed on, once and through several functions, also back to the one that started.
#include <adgen.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static double vsum(int count, va_list args)
{
    double total = 0;
    for (int i = 0; i < count; i++)
        total += va_arg(args, double);
    return total;
}

static double sum(int count, ...)
{
    va_list args;
    va_start(args, count);
    double total = vsum(count, args);
    va_end(args);
    return total;
}

AD_GRAD(x)
AD_JVP(x)
double sums(AD_LEN(n) const double *x, int n)
{
    double s = 1;
    for (int i = 0; i < n; i++)
        s = s * sum(2, sin(x[i]), x[0]) + sum(3, x[i] * x[i], s, 0.5);
    return s;
}

/* "+2 *": numbers for a small program; each piece takes what it needs */
static void apply(double *v, const char *code, va_list args)
{
    for (; *code; code++)
        if (*code == '+')
            *v += va_arg(args, double);
        else if (*code == '*')
            *v *= va_arg(args, double);
        else if (*code == 'i')
            *v *= va_arg(args, int);
        else
            *v = sin(*v + *va_arg(args, const double *));
}

static void vrun(double *v, const char *code, va_list args)
{
    va_list again;
    va_copy(again, args);
    apply(v, code, args);
    apply(v, code, again);
    va_end(again);
}

static double run(double v, const char *code, ...)
{
    va_list ap;
    va_start(ap, code);
    vrun(&v, code, ap);
    va_end(ap);
    return v;
}

static void tell(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    if (!*format)
        vprintf(format, ap);
    va_end(ap);
}

AD_GRAD(x)
AD_JVP(x)
double program(AD_LEN(n) const double *x, int n)
{
    tell("%d\n", n);
    double a = run(x[0], "+*i", x[1], x[2] * x[2], 3), b = run(a, "p*", &x[3], exp(-x[4]));
    tell("%g %g\n", a, b);
    return a * b + sum(1, run(b, ""));
}

/* a row of a matrix at a time, by pointer */
struct row {
    double v[3];
};

static void vfill(struct row *r, int n, va_list args)
{
    while (n-- > 0)
        r->v[n] = va_arg(args, double);
}

static void fill(struct row *r, int n, ...)
{
    va_list args;
    va_start(args, n);
    vfill(r, n, args);
    va_end(args);
}

AD_VJP(x -> y)
AD_JVP(x -> y)
void rows(AD_LEN(n) const double *x, AD_LEN(3) double *y, int n)
{
    struct row a, b;
    fill(&a, 3, x[0], x[1] * x[2], x[n - 1]);
    fill(&b, 2, cos(x[0]), x[3]);
    b.v[2] = 0.5;
    for (int i = 0; i < 3; i++)
        y[i] = a.v[i] * b.v[2 - i];
}
