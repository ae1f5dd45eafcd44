// check: --set g=cube --set h=scale_by --set m.f=cube
// construct: functions: calls through pointers
// Calls through pointers that are not known become a choice among the functions of the files; known ones are expanded.
#include <math.h>
#include <adgen.h>

double sq(double x)
{
    return x * x;
}
double cube(double x)
{
    return x * sq(x);
}
void scale_by(AD_LEN(n) double *y, AD_LEN(n) const double *x, int n, double c)
{
    for (int i = 0; i < n; i++)
        y[i] = c * x[i];
}
void shift_by(AD_LEN(n) double *y, AD_LEN(n) const double *x, int n, double c)
{
    for (int i = 0; i < n; i++)
        y[i] = c + x[i] * x[i];
}

AD_GRAD(x)
double value(double (*g)(double), double x)
{
    return x > 0 ? g(x) * x + g(g(x)) : g(-x);
}

AD_VJP(x, c -> y)
void arrays(void (*h)(double *y, const double *x, int n, double c), AD_LEN(n) double *y, AD_LEN(n) const double *x, int n, double c)
{
    h(y, x, n, c);
    for (int i = 0; i + 1 < n; i++)
        y[i] *= y[i + 1];
}

typedef struct {
    double (*f)(double);
    double c;
} Model;

AD_GRAD(x)
double model(const Model *m, double x)
{
    return m->c * m->f(x) + x;
}
