// args: --jacobian 'steps(x -> y)' --jacobian 'steps(x -> y)' --sparse --name steps_sparse --hessian 'loss(x)' --jacobian 'none(x -> y)' --hessian loss --sparse --name loss_sparse --jacobian 'logged(x -> y)' --jacobian 'logged(x -> y)' --sparse --name logged_sparse
// construct: functions: what a Jacobian's or Hessian's function prints appears once
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

static int log_level = 1;

static void log_message(int level, const char *format, ...)
{
    if (level < log_level)
        return;
    va_list args;
    va_start(args, format);
    printf("[%d] ", level);
    vprintf(format, args);
    puts("");
    va_end(args);
}

static void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    exit(1);
}

AD_INACTIVE static void tell(const char *what, double x)
{
    printf("%s %g\n", what, x);
}

void logged(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    tell("first", x[0]);
    for (int i = 0; i < n; i++) {
        if (x[i] > 100)
            fail("x[%d] = %g\n", i, x[i]);
        y[i] = x[i] * x[(i + 2) % n];
        log_message(0, "y[%d] = %.3f", i, y[i]);
        if (i % 4 == 0)
            log_message(1, "y[%d] = %.3f", i, y[i]);
    }
    tell("last", y[n - 1]);
}
