#include "out.h"

#include <math.h>
#include <stdio.h>

static int failures;

static void expect(const char *what, double is, double wanted)
{
    if (is == wanted || fabs(is - wanted) <= 1e-6 * fabs(wanted))
        return;
    printf("%s: %g, expected %g\n", what, is, wanted);
    failures++;
}

/* x and the expected derivatives by x, for w - 1 = 0 and 2. */
static void root(double x)
{
    for (int k = 0; k < 2; k++) {
        double w = 1 + 2 * k, d_x = 0, d_w = 0;
        straight_root_grad(x, w, &d_x, &d_w);
        expect("root by x", d_x, k ? 1 / sqrt(x) : 0);
        expect("root by w", d_w, sqrt(x));
    }
}

static void logarithm(float x)
{
    for (int k = 0; k < 2; k++) {
        float w = 1 + 2 * k, d_x = 0, d_w = 0;
        straight_logf_grad(x, w, &d_x, &d_w);
        expect("logf by x", d_x, k ? 6 / x + 2 / x : 0);
    }
}

int main(void)
{
    static const double places[] = {1, 1e300, 4e-300, 1e-300, 1e-305, 1e-310, 5e-324, 0};
    for (int i = 0; i < 8; i++)
        root(places[i]);
    logarithm(2);
    logarithm(1e30f);
    double given = 0, by_given = 0;
    short_given_grad(0, 0, &given, &by_given);
    expect("given", given, 0);
    double power = 0, by_w = 0;
    short_power_grad(0, 0, &power, &by_w);
    expect("power", power, 0);
    double x[4] = {0, 0, 4, 0}, d[4] = {0}, d2[4] = {0}, d_x = 0, d_y = 0;
    x[1] = 3;
    short_in_inner_grad(x, 4, d);
    expect("inner 0", d[0], 0);
    expect("inner 1", d[1], 0.5 / sqrt(3.0));
    expect("inner 2", d[2], 0);
    expect("inner 3", d[3], INFINITY);
    straight_in_outer_grad(x, 3, d2); /* roots of nothing, of 0, and not of 9 */
    expect("outer 1", d2[1], 0);
    short_hypot_grad(0, 0, 0, &d_x, &d_y, &by_w);
    expect("hypot", d_x + d_y, 0);
    return failures > 0;
}
