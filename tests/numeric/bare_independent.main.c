#include "out.h"

#include <math.h>
#include <stdio.h>

static int wrong;
static double b[3], d_b[3];

static double call_first_stored(double *a, double *d_a)
{
    double d_c = 0;
    return first_stored_grad(2, a, &d_c, d_a);
}

static double call_turns(double *a, double *d_a)
{
    for (int i = 0; i < 3; i++)
        d_b[i] = b[i] = 0;
    return turns_grad(a, b, d_a, d_b);
}

/* With d_a zero on entry and with numbers in it: the difference is what was in it. */
static void check(const char *what, double (*grad)(double *, double *), const double *want)
{
    static const double x[3] = {0.75, -1.25, 1.5}, held[3] = {3, 5, -7};
    double a[3], d[3];
    for (int entry = 0; entry < 2; entry++) {
        for (int i = 0; i < 3; i++) {
            a[i] = x[i];
            d[i] = entry ? held[i] : 0;
        }
        grad(a, d);
        for (int i = 0; i < 3; i++)
            if (fabs(d[i] - (entry ? held[i] : 0) - want[i]) > 1e-12) {
                printf("%s: d_a[%d] = %.17g, not %g + %.17g\n", what, i, d[i], entry ? held[i] : 0, want[i]);
                wrong = 1;
            }
    }
}

int main(void)
{
    double a = 0.75, b1 = -1.25, c = 1.5;
    check("first_stored", call_first_stored, (double[]){4 * b1, 4 * a, 0});
    check("filled_but_one", filled_but_one_grad, (double[]){3 * a * a * (1 + 1 + 8), 0, 0});
    check("filled_sometimes", filled_sometimes_grad, (double[]){0, 0, 2});
    /* from[0] and b[1] after three steps */
    double f0 = a * b1 * b1 * c * b1 * c * c * a, f1 = b1 * c * c * a * c * a * a * b1;
    check("turns", call_turns, (double[]){(2 * f0 + 3 * f1) / a, (3 * f0 + 2 * f1) / b1, (3 * f0 + 3 * f1) / c});
    return wrong;
}
