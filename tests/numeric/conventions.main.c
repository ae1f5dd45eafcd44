#include "out.h"

#include <math.h>
#include <stdio.h>

static int wrong;

static void same(const char *what, double got, double want)
{
    if (got == want)
        return;
    printf("%s: %.17g, not %.17g\n", what, got, want);
    wrong = 1;
}

int main(void)
{
    double a, b;
    c_fabs_grad(0, (a = 1, &a));
    same("fabs adds 0 at 0", a, 1);
    c_fmax_grad(2, 2, (a = 0, &a), (b = 0, &b));
    same("fmax tie a", a, 1.5);
    same("fmax tie b", b, 1.5);
    c_fmax_grad(2, 1, (a = 0, &a), (b = 0, &b));
    same("fmax a", a, 3);
    same("fmax b", b, 0);
    c_fmin_grad(2, 2, (a = 0, &a), (b = 0, &b));
    same("fmin tie a", a, 1.5);
    same("fmin tie b", b, 1.5);
    c_sqrt_grad(0, (a = 0, &a));
    same("sqrt'(0)", a, INFINITY);
    c_sqrt_times_grad(0, 0, (a = 0, &a));
    same("0*sqrt'(0)", a, 0);
    double t;
    t_sqrt_jvp(0, 0, &t);
    same("sqrt'(0)*0", t, 0);
    t_sqrt_jvp(0, 1, &t);
    same("sqrt'(0)*1", t, INFINITY);
    c_pow_grad(0, 0, (a = 0, &a), (b = 0, &b));
    same("pow(0,0) d/dx", a, 0);
    c_pow_grad(0, 2, (a = 0, &a), (b = 0, &b));
    same("pow(0,2) d/dx", a, 0);
    same("pow(0,2) d/dy", b, 0);
    c_pow_grad(-2, 3, (a = 0, &a), (b = 0, &b));
    same("pow(-2,3) d/dx", a, 12);
    c_hypot_grad(0, 0, 0, (a = 0, &a), (b = 0, &b));
    same("0*hypot d/dx", a, 0);
    same("0*hypot d/dy", b, 0);
    c_log_times_grad(0, 0, (a = 0, &a));
    same("0*log'(0)", a, 0);
    c_branch_grad(0, (a = 0, &a));
    same("the branch that was taken", a, 5);
    return wrong;
}
