// check: --set n=4 --range x=0.2:2
/* construct: short loops over small local arrays */
#include <adgen.h>
#include <math.h>

static void cross(const double *a, const double *b, double *out)
{
    out[0] = a[1] * b[2] - a[2] * b[1];
    out[1] = a[2] * b[0] - a[0] * b[2];
    out[2] = a[0] * b[1] - a[1] * b[0];
}

static double dot(int n, const double *a, const double *b)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += a[i] * b[i];
    return s;
}

/* Vectors in loops, written in both arms of an if, updated in place. */
AD_VJP(x -> y)
void turn(AD_LEN(3 * n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int k = 0; k < n; k++) {
        double v[3], w[3], u[3];
        for (int i = 0; i < 3; i++)
            v[i] = x[3 * k + i] - 0.5 * i;
        for (int i = 2; i >= 0; i--)
            w[i] = sin(x[3 * k + i]);
        if (dot(3, v, v) > 1.0) {
            cross(v, w, u);
        } else {
            for (int i = 0; i < 3; ++i)
                u[i] = v[i] + w[2 - i];
        }
        for (int i = 0; i < 2; i++)
            u[i + 1] += u[i] * v[i];
        y[k] = dot(3, u, w);
    }
}

/* A matrix of two by two, to a power. */
AD_GRAD(x)
double power(AD_LEN(4) const double *x, int n)
{
    double p[2][2] = {{1, 0}, {0, 1}}, t[2][2];
    for (int k = 0; k < n; k++) {
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 2; j++) {
                t[i][j] = 0;
                for (int l = 0; l < 2; l++)
                    t[i][j] += p[i][l] * x[2 * l + j];
            }
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 2; j++)
                p[i][j] = t[i][j];
    }
    return p[0][0] + p[1][1] * p[0][1];
}

/* Not to be written out: an index that is computed, and an address that is stored. */
AD_GRAD(x)
double chosen(AD_LEN(4) const double *x, AD_LEN(n) const int *which, int n)
{
    double e[4], s = 0;
    for (int i = 0; i < 4; i++)
        e[i] = exp(-x[i]);
    for (int k = 0; k < n; k++)
        e[which[k] & 3] *= x[k & 3];
    for (int i = 0; i < 4; i++)
        s += e[i] * e[i];
    return s;
}
