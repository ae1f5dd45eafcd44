/* Checks the generated gradient of the classifier, trains it with Adam, shows and plots the learning curve. */
#include "network.h"
#include "network_grad.h"

#include "check.h"
#include "plot.h"

#include <string.h>

enum { POINTS = 200, STEPS = 600, SIZE = sizeof(Network) / sizeof(double) };

typedef struct {
    Network net;
    double x[POINTS][IN];
    int class[POINTS];
} Problem;

static double objective(void *ctx)
{
    Problem *p = ctx;
    return loss(&p->net, POINTS, (const double(*)[IN])p->x, p->class);
}

/* Two spirals, one inside the other. */
static void make(Problem *p)
{
    double *w = (double *)&p->net;
    for (int k = 0; k < POINTS; k++) {
        double t = (k / 2 + 0.5) / (POINTS / 2), angle = 7 * t + (k % 2) * 3.14159265358979;
        p->x[k][0] = 2 * t * cos(angle) + 0.02 * check_normal();
        p->x[k][1] = 2 * t * sin(angle) + 0.02 * check_normal();
        p->class[k] = k % 2;
    }
    for (int i = 0; i < SIZE; i++)
        w[i] = 0.5 * check_normal();
}

static void train(Problem *p, double *curve)
{
    static double m[SIZE], v[SIZE];
    double *w = (double *)&p->net;
    for (int step = 0; step < STEPS; step++) {
        Network d_net;
        const double *d = (const double *)&d_net;
        memset(&d_net, 0, sizeof d_net);
        curve[step] = loss_grad(&p->net, POINTS, (const double(*)[IN])p->x, p->class, &d_net);
        for (int i = 0; i < SIZE; i++) {
            m[i] = 0.9 * m[i] + 0.1 * d[i];
            v[i] = 0.999 * v[i] + 0.001 * d[i] * d[i];
            w[i] -= 0.02 * m[i] / (1 - pow(0.9, step + 1)) / (sqrt(v[i] / (1 - pow(0.999, step + 1))) + 1e-8);
        }
    }
}

static void write_curve(const double *curve)
{
    FILE *f = fopen("curve.txt", "w");
    for (int i = 0; f && i < STEPS; i++)
        fprintf(f, "%d %.9g\n", i, curve[i]);
    check_failed |= !f || fclose(f);
}

int main(void)
{
    static Problem p;
    static double curve[STEPS];
    make(&p);
    CheckVar var = check_var("weights", (double *)&p.net, SIZE);
    double tangent;
    loss_grad(&p.net, POINTS, (const double(*)[IN])p.x, p.class, (Network *)(void *)var.d);
    check_gradient(&var, 1, objective, &p);
    loss_jvp(&p.net, POINTS, (const double(*)[IN])p.x, p.class, (const Network *)(const void *)var.v, &tangent);
    check_tangent(&var, 1, tangent);
    check_free(&var, 1);

    train(&p, curve);
    int right = 0;
    for (int k = 0; k < POINTS; k++)
        right += (score(&p.net, p.x[k]) > 0) == p.class[k];
    printf("trained for %d steps of Adam: loss %.4f -> %.4f, %d of %d points right\n", STEPS, curve[0], curve[STEPS - 1], right,
           POINTS);
    PlotCurve learning = {"loss", curve, STEPS};
    plot_text(&learning);
    check_number("at least 98 % of the points right", right * 100 >= POINTS * 98, 1, 0);
    write_curve(curve);
    check_failed |= plot_svg("curve.svg", "Two spirals: training loss", &learning, 1);
    return check_status();
}
