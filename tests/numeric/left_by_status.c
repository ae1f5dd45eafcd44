// construct: control flow: loops that are left by what a helper returns: a status, one of several
// check: --set n=5
#include <math.h>
#include <adgen.h>

enum status { OK = 0, SINGULAR = -1, TOO_LARGE = 2, TINY = 3 };

typedef struct {
    double mean, var;
} filter;

/* One step of a scalar Kalman filter. */
static enum status update(filter *f, const double *z, double q, double r, double *ll)
{
    double p = f->var + q, s = p + r;
    if (s <= 0)
        return SINGULAR;
    double y = *z - f->mean;
    if (fabs(y) > 1e6)
        return TOO_LARGE;
    double k = p / s;
    f->mean += k * y;
    f->var = (1 - k) * p;
    *ll -= 0.5 * (y * y / s + log(s));
    return OK;
}

AD_GRAD(z, q, r)
double loglik(int n, const double AD_LEN(n) *z, double q, double r)
{
    filter f = {0, 10};
    double ll = 0;
    for (int t = 0; t < n; t++)
        if (update(&f, &z[t], q, r, &ll) != OK)
            return -INFINITY;
    return ll;
}

/* Which status it was decides what comes out; the loop's rounds until then count. */
AD_GRAD(z, q, r)
double until_status(int n, const double AD_LEN(n) *z, double q, double r)
{
    filter f = {0, 10};
    double ll = 0, penalty = 0;
    int t;
    for (t = 0; t < n; t++) {
        enum status s = update(&f, &z[t], q, t == 3 ? r - 1e3 : r, &ll);
        if (s == SINGULAR)
            penalty += f.mean * f.mean;
        if (s < 0)
            break;
        if (s > OK)
            return s * f.var;
    }
    return ll + penalty * t;
}

/* Rows that cannot be divided by are skipped, and only the first bad one ends it. */
static int scale_row(double *a, int m, double least)
{
    double d = a[0];
    if (fabs(d) < 1e-9)
        return -2;
    if (d < least)
        return TINY;
    for (int j = 0; j < m; j++)
        a[j] /= d;
    return 1;
}

AD_VJP(a, least -> a)
int scale_rows(double AD_LEN(n * 3) *a, int n, double least)
{
    for (int i = 0; i < n; i++) {
        int rc = scale_row(a + i * 3, 3, least);
        if (rc == TINY)
            continue;
        if (rc < 0)
            return rc;
        if (!(rc == 1))
            return i;
        for (int j = 0; j < 3; j++)
            a[i * 3 + j] += least * a[i * 3];
    }
    return 0;
}
