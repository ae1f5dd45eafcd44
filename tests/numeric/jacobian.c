// check: --set n=4 --set m=3
#include <adgen.h>
#include <math.h>

enum { SIDE = 3 };

/* a parameter's name, and the names that generated code would choose */
AD_JACOBIAN(x, d_x -> J)
void residuals(AD_LEN(n) const double *x, AD_LEN(n) const double *d_x, int n, AD_LEN(m) double *J, int m)
{
    for (int k = 0; k < m; k++) {
        J[k] = k;
        for (int i = 0; i < n; i++)
            J[k] += sin(x[i] * (k + 1)) * d_x[i];
    }
}

/* by-value scalars are one column each; memory that is changed is as after one run */
AD_JACOBIAN()
double in_place(double a, AD_LEN(n) double *y, float b, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        y[i] = a * y[i] * y[(i + 1) % n] + b;
        s += y[i] * y[i];
    }
    return s;
}

/* integers that are changed come back as well; scratch is internal */
AD_JACOBIAN(x -> y; tmp)
void counted(AD_LEN(n) const double *x, AD_LEN(n) double *tmp, AD_LEN(n) double *y, AD_LEN(n) int *visits, int n)
{
    for (int i = 0; i < n; i++) {
        visits[i]++;
        tmp[i] = exp(x[i]) * visits[i];
    }
    for (int i = 0; i < n; i++)
        y[i] += tmp[i] * tmp[n - 1 - i];
}

/* fewer rows than columns: by rows, in reverse */
AD_JACOBIAN(x, c -> y)
double two(AD_LEN(n) const double *x, double c, double y[2], int n)
{
    y[0] = 1;
    y[1] = c;
    for (int i = 0; i < n; i++) {
        y[0] *= x[i];
        y[1] += x[i] * x[i] * c;
    }
    return y[0] * y[1];
}

double last;

/* a global variable that is changed */
AD_JACOBIAN(x -> y)
void matrices(double x[SIDE][2], int n, double y[n][2])
{
    last = n;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < 2; j++)
            y[i][j] = x[i % SIDE][j] * x[0][1 - j] + (1 + i) * last;
    last += 1;
}

AD_HESSIAN()
double energy(AD_LEN(n) const double *x, double k, int n)
{
    double e = 0;
    for (int i = 0; i + 1 < n; i++) {
        double d = x[i + 1] - x[i];
        e += 0.5 * k * d * d + exp(-k * x[i]) * x[0];
    }
    return e;
}

AD_HESSIAN(w -> err; tmp)
void network(AD_LEN(n) const double *w, AD_LEN(n) double *tmp, AD_LEN(1) double *err, int n)
{
    for (int i = 0; i < n; i++)
        tmp[i] = tanh(w[i] * (i ? tmp[i - 1] : 0.5));
    *err = 0;
    for (int i = 0; i < n; i++)
        *err += tmp[i] * tmp[i] * w[n - 1 - i];
}

AD_HESSIAN()
float in_float(AD_LEN(n) const float *x, int n)
{
    float s = 1;
    for (int i = 0; i < n; i++)
        s *= x[i] + sinf(x[(i + 1) % n]);
    return s;
}
