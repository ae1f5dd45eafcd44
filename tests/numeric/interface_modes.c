// args: --vjp 'vec(s, p, b, x, w, gain -> y, w, gain; tmp)' --jvp 'vec(s, p, b, x, w, gain -> y, w, gain; tmp)' --vjp 'vec(s, p, b, x, w, gain -> y, w, gain; tmp)' --split --vjp 'vec(s, p, b, x, w, gain -> y, w, gain; tmp)' --tape-storage=heap --name vec_again --jacobian 'vec(s, p, b, x, w, gain -> y, w, gain; tmp)' --jacobian 'vec(s, p, b, x, w, gain -> y, w, gain; tmp)' --sparse --name vec_sparse --grad 'obj(s, p, b, x, w, gain; tmp)' --hvp 'obj(s, p, b, x, w, gain; tmp)' --hessian 'obj(s, p, b, x, w, gain; tmp)' --vjp 'flat(b, x, w, gain -> y, w, gain; tmp)' --directions 3 --jvp 'flat(b, x, w, gain -> y, w, gain; tmp)' --directions 3 --vjp 'flat(b, x, w, gain -> y, w, gain; tmp)' --split --directions 3 --name flat3 --hvp 'flat_obj(b, x, w, gain; tmp)' --directions 2 --grad 'flat_obj(b, x, w, gain; tmp)'
// construct: functions: every mode of one function: structs by value and by pointer, matrices, globals, scratch, return values
#include <math.h>
#include <adgen.h>

typedef struct {
    double a;
    int k;
    double v[2];
} S;

double gain[2] = {0.7, 1.1};

double vec(S s, const S *p, double b, AD_LEN(n) const double *x, AD_LEN(n) double *y, double w[2][3], AD_LEN(n) double *tmp, int n)
{
    double r = b * s.a;
    for (int i = 0; i < n; i++)
        tmp[i] = sin(x[i] * s.v[i % 2]) + p->v[(i + 1) % 2] * gain[i % 2];
    for (int i = 0; i < n; i++) {
        y[i] = tmp[i] * tmp[(i + s.k) % n] * b + w[i % 2][i % 3];
        r += y[i] * x[i] * p->a;
    }
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++)
            w[i][j] = w[i][j] * r + w[1 - i][j] * x[j % n];
    gain[1] *= r * gain[0];
    return r * exp(-b) + w[1][2];
}

double obj(S s, const S *p, double b, AD_LEN(n) const double *x, AD_LEN(n) double *y, double w[2][3], AD_LEN(n) double *tmp, int n)
{
    double r = b * s.a;
    for (int i = 0; i < n; i++)
        tmp[i] = sin(x[i] * s.v[i % 2]) + p->v[(i + 1) % 2] * gain[i % 2];
    for (int i = 0; i < n; i++) {
        y[i] = 1;
        r += tmp[i] * tmp[(i + s.k) % n] * b * x[i] * p->a + w[i % 2][i % 3] * w[1][1] * r;
    }
    return r * exp(-b) + w[1][2] * gain[1];
}

double flat(double b, AD_LEN(n) const double *x, AD_LEN(n) double *y, double w[2][3], AD_LEN(n) double *tmp, int n)
{
    S s = {0.9, 2, {1.2, 0.4}}, p = {0.8, 1, {0.3, 1.5}};
    return vec(s, &p, b, x, y, w, tmp, n);
}

double flat_obj(double b, AD_LEN(n) const double *x, AD_LEN(n) double *y, double w[2][3], AD_LEN(n) double *tmp, int n)
{
    S s = {0.9, 2, {1.2, 0.4}}, p = {0.8, 1, {0.3, 1.5}};
    return obj(s, &p, b, x, y, w, tmp, n);
}
