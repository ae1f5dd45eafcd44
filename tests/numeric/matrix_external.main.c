/* The functions of the other file, and the Jacobian against central differences; dense and sparse. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <adgen_rt.h>
#include "out.h"

double gain(double x, double k)
{
    return sin(x) * (1 + k * x);
}

double gain_vjp(double x, double k, double *d_x, double *d_k, double d_return)
{
    *d_x += d_return * (cos(x) * (1 + k * x) + sin(x) * k);
    *d_k += d_return * sin(x) * x;
    return gain(x, k);
}

void square(double *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] *= x[i];
}

void square_vjp(double *x, int n, double *d_x)
{
    for (int i = 0; i < n; i++) {
        d_x[i] *= 2 * x[i];
        x[i] *= x[i];
    }
}

void mixed(int n, const double *x, double *y);

enum { N = 5 };

int main(void)
{
    double *value = NULL, x[N] = {0.3, -0.7, 1.1, 0.2, 0.9}, y[2], J[2 * N], above[2], below[2], h = 1e-5;
    ad_csr s = {0};
    mixed_jac(N, x, y, J);
    mixed_sparse(N, x, y, &s, &value);
    for (int j = 0; j < N; j++) {
        double v = x[j];
        x[j] = v + h;
        mixed(N, x, above);
        x[j] = v - h;
        mixed(N, x, below);
        x[j] = v;
        for (int i = 0; i < 2; i++) {
            double difference = (above[i] - below[i]) / (2 * h), sparse = 0;
            for (size_t k = s.row_start[i]; k < s.row_start[i + 1]; k++)
                sparse += s.column[k] == (size_t)j ? value[k] : 0;
            if (!(fabs(J[i * N + j] - difference) <= 1e-4) || sparse != J[i * N + j]) {
                printf("J[%d][%d] = %g, sparse %g, by differences %g\n", i, j, J[i * N + j], sparse, difference);
                return 1;
            }
        }
    }
    ad_csr_free(&s);
    free(value);
    return 0;
}
