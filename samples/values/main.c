/* Derivatives through a small value library. */
#include "examples.h"
#include "examples_grad.h"

#include "check.h"

static void one(const char *what, Value (*f_vjp)(Value x, Value *d_x, Value d_return), double x, double expected)
{
    Value d_x = {0}, seed = {1};
    f_vjp(value(x), &d_x, seed);
    check_number(what, d_x.data, expected, 1e-15);
}

int main(void)
{
    double s = 1 / (1 + exp(-0.5));
    one("x^2 - x at 2", polynomial_vjp, 2, 3);
    one("exp(x) + log(x) at 2: e^2 + 0.5", exp_and_log_vjp, 2, exp(2) + 0.5);
    one("log(x) + log10(x) at 10", two_logs_vjp, 10, 0.1 + 0.1 / log(10));
    one("sin(x) + cos(x) at 0.5", waves_vjp, 0.5, cos(0.5) - sin(0.5));
    one("relu at 2", rectified_vjp, 2, 1);
    one("sigmoid at 0.5", squashed_vjp, 0.5, s * (1 - s));

    Value d_x = {0}, d_y = {0}, seed = {1};
    mixed_vjp(value(3), value(4), &d_x, &d_y, seed);
    check_number("xy + x^3 - log(y) at (3,4): d_x", d_x.data, 31, 1e-15);
    check_number("d_y", d_y.data, 3 - 0.25, 1e-15);
    return check_status();
}
