/* Linear regression: one gradient worked out in texts, then four ways of descending it. Writes regression.svg. */
#include "linear.h"
#include "linear_grad.h"

#include "check.h"
#include "plot.h"

enum { ROWS = 100, FEATURES = 2, STEPS = 200 };

typedef struct {
    double X[ROWS * FEATURES], y[ROWS];
} Data;

static void worked_example(void)
{
    static const double X[6] = {1, 2, 3, 4, 5, 6}, y[2] = {2, 2}, W[3] = {0.1, 0.2, 0.3};
    static const double expected[3] = {6.7, 8.3, 9.9};
    double d_W[3] = {0}, d_b = 0;
    puts("mean of (X W^T + b - y)^2");
    check_number("loss", linear_loss_grad(2, 3, X, W, 0.5, y, d_W, &d_b), 1.45, 1e-14);
    for (int i = 0; i < 3; i++)
        check_number("d_W", d_W[i], expected[i], 1e-14);
    check_number("d_b", d_b, 1.6, 1e-14);
}

/* y = 2 x1 - 3 x2 + 5 with noise of standard deviation 0.5. */
static void make(Data *data)
{
    for (int i = 0; i < ROWS; i++) {
        double *x = &data->X[i * FEATURES];
        x[0] = check_normal();
        x[1] = check_normal();
        data->y[i] = 2 * x[0] - 3 * x[1] + 5 + 0.5 * check_normal();
    }
}

/* Moments of the Adam method (Kingma and Ba 2015) for W and b. */
typedef struct {
    double m[FEATURES + 1], v[FEATURES + 1];
} Adam;

static double adam_step(Adam *a, int i, double d, int step)
{
    a->m[i] = 0.9 * a->m[i] + 0.1 * d;
    a->v[i] = 0.999 * a->v[i] + 0.001 * d * d;
    return a->m[i] / (1 - pow(0.9, step + 1)) / (sqrt(a->v[i] / (1 - pow(0.999, step + 1))) + 1e-8);
}

/* STEPS steps on `batch` random rows each, ROWS for all; loss[step] is that of all rows. */
static void descend(const char *name, const Data *data, int batch, double rate, int with_adam, double *loss)
{
    double W[FEATURES] = {0}, b = 0;
    Adam adam = {{0}, {0}};
    for (int step = 0; step < STEPS; step++) {
        double d_W[FEATURES] = {0}, d_b = 0;
        if (batch == ROWS) {
            linear_loss_grad(ROWS, FEATURES, data->X, W, b, data->y, d_W, &d_b);
        } else {
            for (int k = 0; k < batch; k++) { /* gradients add up over calls */
                int row = (int)check_uniform(0, ROWS);
                linear_loss_grad(1, FEATURES, &data->X[row * FEATURES], W, b, &data->y[row], d_W, &d_b);
            }
            for (int i = 0; i < FEATURES; i++)
                d_W[i] /= batch;
            d_b /= batch;
        }
        for (int i = 0; i < FEATURES; i++)
            W[i] -= rate * (with_adam ? adam_step(&adam, i, d_W[i], step) : d_W[i]);
        b -= rate * (with_adam ? adam_step(&adam, FEATURES, d_b, step) : d_b);
        loss[step] = linear_loss(ROWS, FEATURES, data->X, W, b, data->y);
    }
    printf("%s: loss %.4f -> %.4f\n", name, loss[0], loss[STEPS - 1]);
    check_number("W[0]", W[0], 2, 0.12);
    check_number("W[1]", W[1], -3, 0.12);
    check_number("b", b, 5, 0.12);
}

/* y = 3x + 1 on [0, 10], no noise: gradient descent finds it exactly. */
static void straight_line(void)
{
    double x[11], y[11], w = 0, b = 0, loss = 0;
    for (int i = 0; i <= 10; i++) {
        x[i] = i;
        y[i] = 3 * x[i] + 1;
    }
    for (int step = 0; step < 5000; step++) {
        double d_w = 0, d_b = 0;
        loss = linear_loss_grad(11, 1, x, &w, b, y, &d_w, &d_b);
        w -= 0.01 * d_w;
        b -= 0.01 * d_b;
    }
    printf("y = 3x + 1: loss %.1e\n", loss);
    check_number("w", w, 3, 1e-9);
    check_number("b", b, 1, 1e-9);
}

int main(void)
{
    static double loss[4][STEPS];
    Data data;
    worked_example();
    make(&data);
    descend("batch gradient descent", &data, ROWS, 0.1, 0, loss[0]);
    descend("mini-batches of 10", &data, 10, 0.05, 0, loss[1]);
    descend("stochastic, one row a step", &data, 1, 0.02, 0, loss[2]);
    descend("Adam, mini-batches of 10", &data, 10, 0.1, 1, loss[3]);
    straight_line();
    const PlotCurve curve[] = {
        {"batch", loss[0], STEPS}, {"mini-batch", loss[1], STEPS}, {"stochastic", loss[2], STEPS}, {"Adam", loss[3], STEPS}};
    if (plot_svg("regression.svg", "Linear regression: mean squared error", curve, 4))
        return 1;
    puts("wrote regression.svg");
    return check_status();
}
