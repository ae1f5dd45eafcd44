/* The LSTM's gradient against differences and tangent; a value known without running it. */
#include "lstm.h"
#include "lstm_grad.h"

#include "check.h"

typedef struct {
    struct lstm_size size;
    double *weights, *io, *state, *sequence;
} Problem;

static double objective(void *ctx)
{
    Problem *p = ctx;
    return lstm_loss(p->size, p->weights, p->io, p->state, p->sequence);
}

static double *random_array(size_t n, double scale)
{
    double *x = check_alloc(n, sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = scale * check_normal();
    return x;
}

static void run(int layers, int units, int steps, double scale)
{
    size_t nw = 8 * (size_t)layers * units, nio = 3 * (size_t)units;
    Problem p = {{layers, units, steps},
                 random_array(nw, scale),
                 random_array(nio, scale),
                 random_array(2 * (size_t)layers * units, scale),
                 random_array((size_t)steps * units, 0)};
    for (int t = 0; t < steps; t++)
        p.sequence[t * units + (t * t + t / 3) % units] = 1;
    CheckVar var[] = {check_var("weights", p.weights, nw), check_var("io", p.io, nio)};
    double value = lstm_loss_grad(p.size, p.weights, p.io, p.state, p.sequence, var[0].d, var[1].d), tangent;
    printf("%d layers of %d units, %d steps: value %.15g\n", layers, units, steps, value);
    check_number("value that the gradient returns", value, objective(&p), 0);
    if (scale == 0) {
        check_number("all weights zero: log of the units", value, log(units), 1e-14);
    } else {
        check_gradient(var, 2, objective, &p);
        lstm_loss_jvp(p.size, p.weights, p.io, p.state, p.sequence, var[0].v, var[1].v, &tangent);
        check_tangent(var, 2, tangent);
    }
    check_free(var, 2);
    free(p.weights);
    free(p.io);
    free(p.state);
    free(p.sequence);
}

int main(void)
{
    run(2, 8, 30, 0);
    run(1, 3, 5, 0.8);
    run(2, 14, 60, 0.8);
    run(4, 5, 200, 0.5);
    return check_status();
}
