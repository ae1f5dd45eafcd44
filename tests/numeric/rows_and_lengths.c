// check: --set n=3 --len z=n
// construct: pointers and arrays: pointers that walk through rows; whole rows copied
#include <adgen.h>
#include <math.h>
#include <string.h>

enum { IN = 3 };

/* An element of an array of rows is a row: n * IN numbers. */
AD_GRAD(x, z)
double rows(AD_LEN(n) double x[][IN], const double (*z)[IN], int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < IN; j++)
            s += x[i][j] * x[i][j] * z[n - 1 - i][j];
    return s;
}

typedef struct { double m[3][4]; double t[2]; } S;
static double total(const double *p, int n) { double s = 0; for (int i = 0; i < n; i++) s += p[i] * p[i]; return s; }
static void fill(double *p, int n, double a) { for (int i = 0; i < n; i++) p[i] = a * i; }
AD_GRAD(a)
double flat(double a, int n)
{
    S s;
    double local[3][4];
    fill(&s.m[0][0], n * 4, a);
    fill(local[0], 12, a * a);
    double *q = (double *)local;
    for (int i = 0; i < n * 4; i++) q[i] += sin(a);
    double z = total(s.m[0], n * 4) + total(*local, n * 4) + total(&local[1][0], 8);
    memset(s.m, 0, n * sizeof s.m[0]);
    fill(s.m[1], n, a);
    return z + total((double *)s.m, 12) + total(s.m[1], 4);
}
AD_GRAD(x)
double param2(AD_LEN(n) double x[][3], int n)
{
    double *p = &x[0][0], s = 0;
    while (p < &x[0][0] + 3 * n) { s += *p * *p; p++; }
    for (int i = 0; i < 3 * n; i++) s += sin(x[0][0] * (*x)[0]);
    return s + total(x[0], 3 * n);
}
