// args: --jacobian 'steps(x -> y)' --jacobian 'steps(x -> y)' --sparse --name steps_sparse --hessian 'loss(x)' --jacobian 'none(x -> y)' --hessian loss --sparse --name loss_sparse
// construct: functions: what a Jacobian's or Hessian's function prints appears once
#include <math.h>
#include <stdio.h>
#include <adgen.h>

void steps(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    fputs("begin ", stdout);
    for (int i = 0; i < n; i++) {
        y[i] = x[i] * x[(i + 2) % n];
        printf("%d ", i);
    }
    puts("end");
}

double loss(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * x[i] * x[i ? i - 1 : 0];
    printf("loss %.2f\n", s);
    return s;
}

void none(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i];
    printf("n is %d\n", n);
}
