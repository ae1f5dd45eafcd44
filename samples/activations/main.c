/* Derivatives of activations and losses beside what they should be. */
#include "activations.h"
#include "activations_grad.h"

#include "check.h"

static void rectifier(void)
{
    static const double x[5] = {-2, -1, 0, 1, 2}, expected[5] = {0, 0, 0, 1, 1};
    double out[5], d_x[5] = {0}, d_out[5] = {1, 1, 1, 1, 1};
    puts("ReLU over -2, -1, 0, 1, 2");
    relu_vjp(out, x, 5, d_out, d_x);
    for (int i = 0; i < 5; i++)
        check_number("d_x", d_x[i], expected[i], 0);
}

static void smooth(void)
{
    puts("sigmoid and tanh: s (1 - s) and 1 - t^2");
    for (int i = -2; i <= 2; i++) {
        double x = 0.7 * i, s = 1 / (1 + exp(-x)), t = tanh(x), d_s = 0, d_t = 0;
        sigmoid_grad(x, &d_s);
        hyperbolic_grad(x, &d_t);
        check_number("sigmoid", d_s, s * (1 - s), 1e-15);
        check_number("tanh", d_t, 1 - t * t, 1e-15);
    }
}

/* Row i of the Jacobian is the derivative of p_i: one call with the seed at i. */
static void softmax_jacobian(void)
{
    static const double x[3] = {2, 1, 0.1};
    double p[3];
    puts("softmax over 2, 1, 0.1: p_i (d_ij - p_j)");
    softmax(p, x, 3);
    for (int i = 0; i < 3; i++) {
        double again[3], d_p[3] = {0}, d_x[3] = {0};
        d_p[i] = 1;
        softmax_vjp(again, x, 3, d_p, d_x);
        for (int j = 0; j < 3; j++)
            check_number(i == j ? "diagonal" : "beside it", d_x[j], p[i] * ((i == j) - p[j]), 1e-15);
        if (i == 0)
            check_number("signs of row 0: +, -, -", d_x[0] > 0 && d_x[1] < 0 && d_x[2] < 0, 1, 0);
    }
}

static void losses(void)
{
    static const double logits[3] = {2, 1, 0.1};
    double prediction = 2.5, target = 3, d_prediction = 0, d_logits[3] = {0}, p[3];
    puts("mean squared error, prediction 2.5, target 3");
    check_number("loss", mse_grad(&prediction, &target, 1, &d_prediction), 0.25, 0);
    check_number("d_prediction", d_prediction, -1, 0);
    puts("cross-entropy of softmax, logits 2, 1, 0.1, class 0: softmax - one_hot");
    softmax(p, logits, 3);
    check_number("loss", cross_entropy_grad(logits, 0, 3, d_logits), -log(p[0]), 1e-15);
    for (int i = 0; i < 3; i++)
        check_number("d_logits", d_logits[i], p[i] - (i == 0), 1e-15);
}

int main(void)
{
    rectifier();
    smooth();
    softmax_jacobian();
    losses();
    return check_status();
}
