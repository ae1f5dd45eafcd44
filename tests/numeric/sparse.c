// check: --sparse --set n=70 --set m=6 --set 'from[i]=i%7' --set 'to[i]=(i*3+1)%7' --set ne=9 --set np=7
// Sparse Jacobians and Hessians: the structure, its colouring and the values, spread out and held against the tangent and differences.
#include <adgen.h>
#include <math.h>

/* branches that depend on counters; more columns than one sweep has */
AD_JACOBIAN(x -> y)
void chain(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++) {
        y[i] = -2 * x[i];
        if (i > 0)
            y[i] += sin(x[i - 1]);
        if (i < n - 1)
            y[i] += x[i + 1] * x[i];
    }
}

/* float, two dimensions, a by-value number whose column is full */
AD_JACOBIAN(u, c -> r)
void grid(int m, float u[m][m], float c, float r[m][m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            r[i][j] = c * u[i][j];
    for (int i = 1; i < m - 1; i++)
        for (int j = 1; j < m - 1; j++)
            r[i][j] = u[i][j] * (4 + c) - u[i - 1][j] * u[i + 1][j] - u[i][j - 1] - u[i][j + 1];
}

/* several independents and dependents, a return value */
AD_JACOBIAN(x, a -> y, z)
double arrow(AD_LEN(n) const double *x, double a[3], AD_LEN(n) double *y, double z[2], int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double e = exp(-a[i % 3] * x[i]);
        y[i] = e + x[0];
        s += i % 5 == 0 ? e : 0;
    }
    z[0] = a[0] * a[2];
    z[1] = fmax(x[1], x[2]);
    return s;
}

/* two rows: by rows */
AD_JACOBIAN(x -> y)
void two(AD_LEN(n) const double *x, double y[2], int n)
{
    y[0] = y[1] = 1;
    for (int i = 0; i < n; i++)
        y[i % 2] *= 0.5 + x[i];
}

/* memory that is overwritten is as after one run, and each run starts from what it was */
AD_JACOBIAN(x -> x)
void in_place(AD_LEN(n) double *x, int n)
{
    for (int i = n - 1; i > 0; i--) {
        double t = x[i] * x[i - 1];
        x[i] = t + x[i];
    }
    x[0] = 3;
}

/* nothing depends on anything */
AD_JACOBIAN(x -> y)
void none(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] > 0 ? 1 : -1;
}

AD_HESSIAN(x)
double rosenbrock(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i + 1 < n; i++) {
        double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
        s += 100 * a * a + b * b;
    }
    return s;
}

/* a star: one colour for its rays; an objective in memory */
AD_HESSIAN(x, c -> f)
void arrowhead(AD_LEN(n) const double *x, double c, AD_LEN(1) double *f, int n)
{
    double s = 0;
    for (int i = 1; i < n; i++)
        s += sin(x[0] * x[i]) + c * x[i] * x[i] * x[i];
    *f = s;
}

/* indices that are read: edges of a graph */
AD_HESSIAN(p)
double springs(AD_LEN(3 * np) const double *p, int np, AD_LEN(ne) const int *from, AD_LEN(ne) const int *to, int ne)
{
    double energy = 0;
    for (int e = 0; e < ne; e++) {
        double d[3], r = 0;
        for (int k = 0; k < 3; k++) {
            d[k] = p[3 * from[e] + k] - 1.5 * p[3 * to[e] + k];
            r += d[k] * d[k];
        }
        energy += 0.5 * (sqrt(r) - 1) * (sqrt(r) - 1);
    }
    return energy;
}

/* scratch memory that is overwritten */
AD_HESSIAN(x; tmp)
double stencil(AD_LEN(n) const double *x, AD_LEN(n) double *tmp, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        tmp[i] = x[i] * x[i];
    for (int i = 2; i < n; i++) {
        tmp[i] = tmp[i] * tmp[i - 2];
        s += tmp[i];
    }
    return s;
}

/* a loop whose length is not known before, a by-value number */
AD_HESSIAN(x, b)
double steps(AD_LEN(n) const double *x, double b, int n)
{
    double s = 0;
    int i = 0;
    while (i < n && s < 1000) {
        s = s * 0.25 + b * cos(x[i]);
        i += 2;
    }
    return s;
}
