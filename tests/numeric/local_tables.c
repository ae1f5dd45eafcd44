// check: --set n=7
// construct: pointers and arrays: local arrays of constants
/* Local arrays that hold constants and are only read: tables, wherever they are declared. And some that only look like it. */
#include <adgen.h>
#include <math.h>

static double horner(const double *c, int n, double x)
{
    double y = c[n - 1];
    for (int k = n - 2; k >= 0; k--)
        y = y * x + c[k];
    return y;
}

static double bessel_like(double x)
{
    double p[6] = {1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768};
    return horner(p, 6, x * x / 14.0625);
}

static double other(double x)
{
    const double p[5] = {0.5, -0.25, 0.125, 0, 1e-3};
    return horner(p, 5, x) * bessel_like(x);
}

AD_GRAD(x)
double series(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        const float weight[8] = {0.1f, 0.2f, 0.7f, [6] = -1.5f};
        s += other(x[i]) * s + weight[(i * 5) % 8] * bessel_like(x[i]);
    }
    return s;
}

/* Runge and Kutta's coefficients, with a table of indices. */
AD_VJP(y -> y)
void dormand_prince(AD_LEN(2) double *y, int n)
{
    for (int t = 0; t < n; t++) {
        static const double h = 0.05;
        double a[4][4] = {{0}, {0.2}, {3.0 / 40, 9.0 / 40}, {44.0 / 45, -56.0 / 15, 32.0 / 9}}, k[4][2], b[4] = {0.125, 0.375, 0.375, 0.125};
        int turn[5] = {1, 0, 1, 0, 1};
        for (int s = 0; s < 4; s++) {
            double z[2] = {y[0], y[1]};
            for (int j = 0; j < s; j++)
                for (int i = 0; i < 2; i++)
                    z[i] += h * a[s][j] * k[j][i];
            k[s][0] = sin(z[turn[0]]);
            k[s][1] = -z[turn[s + 1]] * z[turn[s]];
        }
        for (int s = 0; s < 4; s++)
            for (int i = 0; i < 2; i++)
                y[i] += h * b[s] * k[s][i];
    }
}

/* Changed for some iterations. */
AD_GRAD(x)
double adapted(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double w[6] = {1, 2, 3, 4, 5, 6};
        if (i % 3 == 2)
            w[i % 6] = 0.5;
        for (int k = 0; k < 6; k++)
            s += sin(w[k] * x[i]) * s + w[k];
    }
    return s;
}

/* What is read in one iteration was left by the one before. */
AD_GRAD(x)
double left(AD_LEN(n) const double *x, int n)
{
    double w[5] = {0}, s = 0;
    for (int i = 0; i < n; i++) {
        s += w[i % 5] * x[i] * s + cos(x[i]);
        w[0] = 1, w[1] = 2, w[2] = 3, w[3] = 4, w[4] = 5;
    }
    return s;
}

/* Filled on one way only, and filled again with others. */
AD_GRAD(x)
double chosen(AD_LEN(n) const double *x, int n, int order)
{
    double w[5] = {0.1, 0.2, 0.3, 0.4, 0.5}, v[5] = {1, 1, 1, 1, 1}, s = 0;
    if (order > 2)
        w[0] = 5, w[1] = 4, w[2] = 3, w[3] = 2, w[4] = 1;
    for (int i = 0; i < n; i++)
        s += exp(0.1 * w[i % 5] * x[i]) * v[(i + 1) % 5];
    v[2] = 7;
    for (int i = 0; i < n; i++)
        s += v[i % 5] * x[i] * x[i];
    return s;
}

/* One element is no constant. */
AD_GRAD(x)
double nearly(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double w[5] = {1, 2, x[i], 4, 5};
        for (int k = 0; k < 5; k++)
            s += w[k] * sin(w[(k + i) % 5] + s);
    }
    return s;
}
