// check: --set n=5 --set m=3
/* Under a bare AD_GRAD: what is filled before it is read is scratch; what is also read as it came is an independent, which is added to,
 * whatever is stored first. bare_independent.c has the same with d_ that are not zero on entry. */
#include <adgen.h>
#include <math.h>
#include <string.h>

AD_GRAD()
double first_stored(AD_LEN(3) double *a)
{
    a[2] = a[1] * a[1];
    return a[2] * a[0];
}

AD_GRAD()
double filled(AD_LEN(n) const double *x, AD_LEN(n) double *t, int n)
{
    for (int i = 0; i < n; i++)
        t[i] = x[i] * x[i];
    double s = t[0] * t[n - 1];
    for (int i = 0; i < n; i++)
        s += t[i] * sin(t[n - 1 - i]);
    return s;
}

AD_GRAD()
double filled_but_one(AD_LEN(n) const double *x, AD_LEN(n) double *t, int n)
{
    for (int i = 1; i < n; i++)
        t[i] = x[i] * x[i];
    double s = 0;
    for (int i = 0; i < n; i++)
        s += t[i] * t[i] * x[i];
    t[0] = s;
    return s;
}

AD_GRAD()
double filled_matrix(AD_LEN(n) const double *x, AD_LEN(n * m) double *t, int n, int m)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            t[i * m + j] = x[i] * cos(x[j]);
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            s += t[(n - 1 - i) * m + j] * t[i * m];
    return s;
}

AD_GRAD()
double filled_fixed(AD_LEN(3) const double *x, double t[3][4])
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 4; j++)
            t[i][j] = x[i] * x[j % 3];
    double s = 0;
    for (int i = 0; i < 3; i++)
        for (int j = 1; j < 4; j++)
            s += t[2 - i][j - 1] * t[i][3];
    return s;
}

AD_GRAD()
double cleared(AD_LEN(n) const double *x, AD_LEN(n) double *t, int n)
{
    memset(t, 0, (size_t)n * sizeof *t);
    for (int i = 0; i < n; i++)
        t[(i * 2) % n] += x[i] * x[i];
    double s = 0;
    for (int i = 0; i < n; i++)
        s += t[i] * t[i];
    return s;
}

/* the independent that is cleared half-way */
AD_GRAD(x)
double cleared_input(AD_LEN(n) double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * x[i] * x[0];
    memset(x + 1, 0, (size_t)(n - 1) * sizeof *x);
    for (int i = 0; i < n; i++)
        s += sin(x[i]) * s;
    return s;
}

/* written in one branch alone */
AD_GRAD()
double sometimes_filled(AD_LEN(n) const double *x, AD_LEN(n) double *t, int n)
{
    if (x[0] > 0.5)
        for (int i = 0; i < n; i++)
            t[i] = x[i] * x[i];
    double s = 0;
    for (int i = 0; i < n; i++)
        s += t[i] * t[i];
    t[0] = s;
    return s;
}

/* two buffers that take turns: neither is scratch alone */
AD_GRAD()
double ping_pong(AD_LEN(n) double *u, AD_LEN(n) double *v, int n, int m)
{
    double *a = u, *b = v;
    for (int k = 0; k < m; k++) {
        b[0] = a[0];
        b[n - 1] = a[n - 1];
        for (int i = 1; i < n - 1; i++)
            b[i] = a[i] + 0.2 * sin(a[i - 1] * a[i + 1]);
        double *t = a;
        a = b;
        b = t;
    }
    return a[1] * a[2];
}
