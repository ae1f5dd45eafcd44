// check: --set n=7 --set steps=6 --set wanted=0 --set limit=40 --set floor=-5 --set dt=0.1 --set penalty.n=4
// construct: control flow: ways out that leave nothing to reverse (error codes, empty input, failed `malloc`)
/* Functions that return before there is anything to differentiate: error codes, empty input, failed allocations, the way out of a loop. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

typedef struct {
    int count;
    double bias;
    const double *weight;
} Layer;

/* A status beside the number: what is stored on each way out. */
AD_VJP(x -> out)
int status(AD_LEN(n) const double *x, int n, AD_LEN(1) double *out)
{
    if (!x || !out)
        return -1;
    if (n <= 0) {
        *out = 0;
        return 1;
    }
    double *tmp = malloc(n * sizeof *tmp);
    if (!tmp)
        return -2;
    double sum = 0;
    for (int i = 0; i < n; i++)
        tmp[i] = x[i] * sin(x[i]);
    for (int i = 0; i < n; i++)
        sum += tmp[i] * tmp[i];
    free(tmp);
    *out = 0.5 * sum;
    return 0;
}

/* The value on the way out depends on an independent: not an exit without derivative. */
AD_GRAD(x)
double penalty(AD_LEN(n) const double *x, int n, double limit)
{
    double norm = 0;
    for (int i = 0; i < n; i++)
        norm += x[i] * x[i];
    if (norm > limit)
        return 10 * norm;
    double product = 1;
    for (int i = 0; i < n; i++)
        product *= cos(x[i]);
    return norm - product;
}

/* Conditions in a row, and a way out of the loop. */
AD_GRAD(y0, rate)
double decay(double y0, double rate, int steps, double dt, double floor)
{
    if (steps < 0)
        return -1;
    if (steps == 0)
        return y0;
    if (dt <= 0 || isnan(dt))
        return 0;
    double y = y0, sum = 0;
    for (int k = 0; k < steps; k++) {
        y -= dt * rate * y * (1 + 0.1 * sin(k * dt));
        if (y < floor)
            return sum - 1;
        sum += y * y * dt;
    }
    return sum;
}

/* A void function, whose counter is checked again in the loop. */
AD_VJP(x, w -> y)
void layer(AD_LEN(n) const double *x, AD_LEN(7) const double *w, AD_LEN(n) double *y, int n)
{
    if (n < 1)
        return;
    for (int i = 0; i < n; i++) {
        double s = 0;
        for (int k = 0; k < 7; k++)
            s += w[k] * x[(i + k) % n];
        y[i] = n > 0 ? tanh(s) : 0;
    }
}

/* Through a struct, the test in a helper that returns a code. */
static int valid(const Layer *l, int n)
{
    if (l->count != n)
        return 0;
    if (l->bias > 100)
        return 0;
    return 1;
}

AD_GRAD(w, bias)
double guarded(AD_LEN(n) const double *w, double bias, int n, int wanted)
{
    Layer l = {wanted ? wanted : n, bias, w};
    if (!valid(&l, n))
        return NAN;
    double s = l.bias;
    for (int i = 0; i < l.count; i++)
        s = s * 0.5 + exp(-l.weight[i] * l.weight[i]);
    return s * s;
}
