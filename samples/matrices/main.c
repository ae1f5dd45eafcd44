/* Gradients with respect to matrices: known results, and gradient checks as adgen.h offers them. */
#include "matrices.h"
#include "matrices_grad.h"

#include "check.h"

#include <adgen.h>

static void fill(double *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = check_normal();
}

/* The value depends on W, the gradient does not: row i of it is x[i]. */
static void product(void)
{
    static const double x[3] = {1, 2, 3}, W[6] = {2, 3, 1, 5, 4, 2};
    double d_W[6] = {0};
    puts("sum(x W), x = 1, 2, 3");
    check_number("value", sum_product_grad(3, 2, x, W, d_W), 35, 0);
    for (int i = 0; i < 6; i++)
        check_number("d_W", d_W[i], i / 2 + 1, 0);
}

static double quadratic(const double *x, void *W)
{
    return quadratic_form(3, x, W);
}

static void form(void)
{
    double x[3], W[9], d_x[3] = {0}, by_rule[3] = {0}, n[3];
    puts("x^T W x, W symmetric 3 x 3");
    fill(x, 3);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j <= i; j++)
            W[i * 3 + j] = W[j * 3 + i] = check_normal();
    quadratic_form_grad(3, x, W, d_x);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            by_rule[i] += 2 * W[i * 3 + j] * x[j];
    ad_difference_central(quadratic, x, 3, W, 0, n);
    check_line("against 2 W x", ad_relative_error(d_x, by_rule, 3), 1e-15);
    check_line("against central differences", ad_relative_error(d_x, n, 3), 1e-9);
}

/* Parameters lie one after another in one array p; data before them in ctx. */
enum { ROWS = 2, N = 3, M = 4, HIDDEN = 5, DENSE = N * M + M, NETWORK = N * HIDDEN + HIDDEN + HIDDEN * M + M };
typedef struct {
    double x[ROWS * N], y[ROWS * M];
} Data;

static double dense_value(const double *p, void *ctx)
{
    Data *data = ctx;
    return dense_sum(ROWS, N, M, data->x, p, p + N * M);
}

static void dense_gradient(const double *p, double *g, void *ctx)
{
    Data *data = ctx;
    dense_sum_grad(ROWS, N, M, data->x, p, p + N * M, g, g + N * M);
}

static double network_value(const double *p, void *ctx)
{
    Data *data = ctx;
    const double *b1 = p + N * HIDDEN, *W2 = b1 + HIDDEN, *b2 = W2 + HIDDEN * M;
    return two_layers(ROWS, N, HIDDEN, M, data->x, data->y, p, b1, W2, b2);
}

static void network_gradient(const double *p, double *g, void *ctx)
{
    Data *data = ctx;
    const double *b1 = p + N * HIDDEN, *W2 = b1 + HIDDEN, *b2 = W2 + HIDDEN * M;
    double *d_b1 = g + N * HIDDEN, *d_W2 = d_b1 + HIDDEN, *d_b2 = d_W2 + HIDDEN * M;
    two_layers_grad(ROWS, N, HIDDEN, M, data->x, data->y, p, b1, W2, b2, g, d_b1, d_W2, d_b2);
}

int main(void)
{
    Data data;
    double p[NETWORK];
    product();
    form();
    fill(data.x, ROWS * N);
    fill(data.y, ROWS * M);
    fill(p, NETWORK);
    puts("sum(sigmoid(x W + b)), x 2 x 3, W 3 x 4");
    check_line("gradient check of W and b", ad_check_gradient(dense_value, dense_gradient, p, DENSE, &data), 1e-7);
    puts("two sigmoid layers, squared loss");
    check_line("gradient check of W1, b1, W2 and b2", ad_check_gradient(network_value, network_gradient, p, NETWORK, &data), 1e-7);
    return check_status();
}
