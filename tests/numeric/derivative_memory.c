/* What is in a d_ on entry and on return, by the role of the parameter: README, generated functions. */
#include <adgen.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
/* independent overwritten, not dependent */
AD_GRAD(x)
double ow(double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        x[i] = x[i] * x[i] + 1;
        s += x[i] * x[i];
    }
    x[0] = 7;
    return s;
}
AD_VJP(x -> y)
void ow2(double *x, double *y, int n)
{
    for (int i = 0; i < n; i++) {
        double t = x[i];
        x[i] = 3;
        y[i] = t * t + x[i];
    }
}
/* dependents: overwritten w/o read; added only; not written; partly */
AD_VJP(x -> y, z, w, v)
void dep(const double *x, double *y, double *z, double *w, double *v, int n)
{
    (void)w;
    for (int i = 0; i < n; i++) {
        y[i] = sin(x[i]);
        z[i] += x[i] * 2;
        if (i % 2)
            v[i] = x[i] * 5;
    }
}
/* in/out */
AD_VJP(x -> x)
void inout(double *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = x[i] * x[i];
}
AD_VJP()
void inout2(double *x, double k, int n)
{
    for (int i = 1; i < n; i++)
        x[i] = k * x[i] * x[i - 1];
}
/* scratch */
AD_GRAD(x; t)
double scr(const double *x, double *t, int n)
{
    double s = t[0];
    for (int i = 0; i < n; i++)
        t[i] = x[i] * x[i];
    for (int i = 0; i < n; i++)
        s += t[i] * t[n - 1 - i];
    return s;
}
AD_GRAD()
double scr_bare(const double *x, double *t, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        t[i] = x[i] * x[i];
    for (int i = 0; i < n; i++)
        s += t[i] * t[n - 1 - i];
    return s;
}
/* trajectory written only */
AD_GRAD(x)
double traj(const double *x, double *out, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        s += x[i] * s + x[i];
        out[i] = s;
    }
    return s;
}
/* err */
AD_GRAD(a, b -> err)
void errf(const double *a, double b, double *err, int n)
{
    double e = 0;
    for (int i = 0; i < n; i++)
        e += a[i] * b;
    *err = e * e;
}
AD_GRAD(a -> err)
int errf2(const double *a, double *err, int n)
{
    if (n < 0)
        return -1;
    *err = 0;
    for (int i = 0; i < n; i++)
        *err += a[i] * a[i];
    return n;
}
/* optional */
AD_GRAD(w, b)
double opt(const double *w, const double *b, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += w[i] * w[i] + (b ? b[i] * w[i] : 0);
    return s;
}
AD_GRAD(w, b)
double opt2(const double *w, const double *b, int n)
{
    double s = 0;
    if (b != NULL)
        for (int i = 0; i < n; i++)
            s += b[i];
    for (int i = 0; i < n; i++)
        s += w[i] * w[i];
    return s;
}
/* overlapping written */
AD_VJP(x -> y)
void shift(const double *x, double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] * x[i] + 0.5;
}
/* read only overlapping */
AD_GRAD(a, b)
double dot(const double *restrict a, const double *restrict b, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += a[i] * b[i] * b[i];
    return s;
}
/* struct with pointer fields */
struct L {
    int n;
    double *w;
    double *b;
    const char *tag;
    double scale;
    float f[2];
};
AD_GRAD(l)
double layer(const struct L *l)
{
    double s = 0;
    for (int i = 0; i < l->n; i++)
        s += l->w[i] * l->scale + (l->b ? l->b[i] : 0) * l->f[1];
    return s;
}
AD_VJP(l -> l)
void layer_io(struct L *l)
{
    for (int i = 0; i < l->n; i++)
        l->w[i] *= l->scale;
    l->n += 1;
}
/* stores the address of a new object */
