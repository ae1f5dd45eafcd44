// check: --set n=4
// construct: functions: functions of a variable number of arguments that only report
#include <adgen.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int verbosity = 0;
static FILE *log_file;

static void write_line(FILE *to, const char *format, va_list args)
{
    char line[64];
    vsnprintf(line, sizeof line, format, args);
    fputs(line, to);
}

static void trace(int level, const char *format, ...)
{
    va_list args;
    if (level > verbosity)
        return;
    va_start(args, format);
    write_line(log_file ? log_file : stderr, format, args);
    va_end(args);
}

static int largest(int count, ...)
{
    va_list args;
    int best = -1;
    va_start(args, count);
    while (count-- > 0) {
        int x = va_arg(args, int);
        best = x > best ? x : best;
    }
    va_end(args);
    return best;
}

static void fatal(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    exit(1);
}

AD_GRAD(x)
double loss(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        s = sin(s + x[i]) * x[i];
        if (isnan(s))
            fatal("x[%d] = %g\n", i, x[i]);
        trace(1, "%d: %g\n", i, s);
    }
    return s * x[largest(3, 0, n - 1, n - 2)];
}

/* What is told has names, read from the object that carries the numbers. */
struct kind {
    const char *name;
    double (*squash)(double);
};
static double half(double x) { return x / (1 + fabs(x)); }
static double whole(double x) { return tanh(x); }
static const struct kind kinds[] = {{"half", half}, {"whole", whole}};
struct filter {
    const struct kind *kind;
    double gain, last;
};
static void tell(const struct filter *f, const char *format, ...)
{
    va_list args;
    if (f->gain > 1e9 || verbosity < 2)
        return;
    va_start(args, format);
    write_line(stderr, format, args);
    va_end(args);
}
static double filter_step(struct filter *f, double x)
{
    f->last = f->gain * f->kind->squash(f->last + x);
    tell(f, "%s: %g\n", f->kind->name, f->last);
    return f->last * x;
}
AD_GRAD(x, gain)
double filtered(AD_LEN(n) const double *x, int n, double gain)
{
    struct filter *f = malloc(sizeof *f);
    double s = 0;
    f->kind = &kinds[n % 2];
    f->gain = gain;
    f->last = 0;
    for (int i = 0; i < n; i++)
        s += filter_step(f, x[i]);
    free(f);
    return s;
}

/* ---- a logger that is given a struct with pointers to what carries derivatives; its body shows that it writes nothing of it */
struct held {
    int n;
    double *par;
    struct held *older;
};

static void report(const struct held *m, int level, const char *format, ...)
{
    char line[80];
    va_list list;
    if (level < 3)
        return;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    fprintf(stderr, "%d %g %s", m->n, m->older ? m->older->par[0] : m->par[0], line);
}

static void show_held(struct held *m)
{
    report(m, 1, "%d numbers\n", m->n);
}

AD_GRAD(x)
double told(AD_LEN(n) const double *x, int n)
{
    struct held m = {.n = n, .par = malloc((size_t)n * sizeof *m.par)}, first = {.par = m.par};
    m.older = &first;
    double s = 0;
    for (int i = 0; i < n; i++) {
        m.par[i] = x[i] * x[i];
        report(&m, 1, "%d: %g\n", i, m.par[i]);
    }
    show_held(&m);
    for (int i = 0; i < n; i++)
        s += sin(m.par[i]) * first.par[n - 1 - i];
    free(m.par);
    return s;
}

/* ---- a scanner whose state has numbers beside places in a text */
struct scan {
    const char *next;
    double value, sum;
    unsigned seed;
    int count;
    char name[8];
};

static void token(struct scan *s, const double *x)
{
    double lead = strtod(s->next, (char **)&s->next);
    snprintf(s->name, sizeof s->name, "v%d", s->count);
    s->value = lead * x[s->count++] * (s->name[1] - '0' + 1);
    if (*s->next == ',')
        s->next++;
}

AD_GRAD(x)
double scanned(AD_LEN(3) const double *x)
{
    struct scan s = {.next = "1.5,2,0.25"};
    while (*s.next) {
        token(&s, x);
        s.sum = s.sum * s.value + sin(s.value);
    }
    return s.sum;
}
