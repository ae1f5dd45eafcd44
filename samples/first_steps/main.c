/* Each first derivative beside the number it should be. */
#include "steps.h"
#include "steps_grad.h"

#include "check.h"

/* d f / dx of a function of one number, by the generated gradient. */
static double slope(double (*f_grad)(double x, double *d_x), double x)
{
    double d_x = 0;
    f_grad(x, &d_x);
    return d_x;
}

/* x^2 at 4: what differences give beside the exact 8. */
static void difference_schemes(void)
{
    double x = 4, h = 1e-4;
    puts("x^2 at 4 and difference schemes, h = 1e-4");
    check_number("generated", slope(square_grad, x), 8, 0);
    check_number("central", (square(x + h) - square(x - h)) / (2 * h), 7.999999999999119, 1e-15);
    check_number("forward", (square(x + h) - square(x)) / h, 8.00009999998963, 1e-15);
    check_number("backward", (square(x) - square(x - h)) / h, 7.9999000000086085, 1e-15);
}

static void chain_rule(void)
{
    double d = 0;
    puts("chain rule");
    line_squared_grad(3, 2, 1, &d);
    check_number("(3x+2)^2 at 1", d, 30, 0);
    d = 0;
    line_squared_grad(3, 5, 4, &d);
    check_number("(3x+5)^2 at 4", d, 102, 0);
    for (int i = 0; i < 3; i++) {
        double x = i - 0.25;
        d = 0;
        line_squared_grad(5, 2, x, &d);
        check_number("(5x+2)^2: 50x + 20", d, 50 * x + 20, 1e-15);
    }
}

/* The text this example comes from prints 0.073139. The rule 3 s (1 - s) and differences both say that it is wrong. */
static void neuron(void)
{
    double x = 0.5, h = 1e-5, s = 1 / (1 + exp(-3.5)), d = slope(unit_grad, x);
    puts("sigmoid(3x+2) at 0.5 (printed elsewhere as 0.073139)");
    check_number("generated", d, 0.085359, 5e-7);
    check_number("by the rule 3 s (1 - s)", d, 3 * s * (1 - s), 1e-15);
    check_number("by central differences", d, (unit(x + h) - unit(x - h)) / (2 * h), 1e-10);
}

static void two_variables(void)
{
    double d_x = 0, d_y = 0;
    puts("gradients");
    form_grad(2, 1, &d_x, &d_y);
    check_number("x^2 + 3xy + y^2 at (2,1): d_x", d_x, 7, 0);
    check_number("d_y", d_y, 8, 0);
    d_x = d_y = 0;
    check_number("x^2 + y^2 at (3,4)", bowl_grad(3, 4, &d_x, &d_y), 25, 0);
    check_number("d_x", d_x, 6, 0);
    check_number("d_y", d_y, 8, 0);
}

static void one_sample_loss(void)
{
    double d_w = 0, d_b = 0;
    puts("(wx+b-y)^2 at w=2, b=1, x=3, y=10");
    check_number("loss", squared_error_grad(2, 1, 3, 10, &d_w, &d_b), 9, 0);
    check_number("d_w", d_w, -18, 0);
    check_number("d_b", d_b, -6, 0);
}

int main(void)
{
    puts("x^2 at 3");
    check_number("generated", slope(square_grad, 3), 6, 0);
    check_number("forward difference, h = 1e-5", (square(3 + 1e-5) - square(3)) / 1e-5, 6.00001, 1e-9);
    difference_schemes();
    puts("x^3 + 2x^2 + x at 2");
    check_number("generated", slope(cubic_grad, 2), 21, 0);
    chain_rule();
    neuron();
    two_variables();
    one_sample_loss();
    return check_status();
}
