/* Closed loop: at each tick the controller shifts its plan, improves it by a few gradient steps, and applies the first torque. */
#include "mpc.h"
#include "mpc_grad.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TICKS = 200, ITERATIONS = 60 };

/* What runs on the microcontroller: no heap, the same work at every tick. */
static float controller(const struct mpc *m, const float state[static 2], float plan[static MPC_HORIZON])
{
    float speed[MPC_HORIZON] = {0};
    memmove(plan, plan + 1, (MPC_HORIZON - 1) * sizeof *plan);
    for (int k = 0; k < ITERATIONS; k++) {
        float d[MPC_HORIZON] = {0};
        mpc_cost_grad(m, state, plan, d);
        for (int t = 0; t < MPC_HORIZON; t++) {
            speed[t] = 0.8f * speed[t] - 0.05f * fmaxf(-5, fminf(5, d[t]));
            plan[t] = fmaxf(-m->limit, fminf(m->limit, plan[t] + speed[t]));
        }
    }
    return plan[0];
}

/* The gradient in a direction against central differences, relative. */
static double difference(const struct mpc *m, const float state[static 2])
{
    float u[MPC_HORIZON], d[MPC_HORIZON] = {0}, up[MPC_HORIZON], down[MPC_HORIZON];
    double exact = 0;
    for (int t = 0; t < MPC_HORIZON; t++) {
        float v = (float)(t % 5 + 1) / 5;
        u[t] = 0.3f * sinf((float)t);
        up[t] = u[t] + 3e-2f * v;
        down[t] = u[t] - 3e-2f * v;
    }
    mpc_cost_grad(m, state, u, d);
    for (int t = 0; t < MPC_HORIZON; t++)
        exact += (double)d[t] * (t % 5 + 1) / 5;
    return fabs(((double)mpc_cost(m, state, up) - mpc_cost(m, state, down)) / 6e-2 - exact) / fabs(exact);
}

/* Height of the pendulum's end and torque over time as mpc.svg. */
static int draw(const float *angle, const float *torque, float limit)
{
    FILE *f = fopen("mpc.svg", "w");
    if (!f)
        return -1;
    fprintf(f, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 320\" font-family=\"sans-serif\" font-size=\"13\">\n"
               "<rect width=\"640\" height=\"320\" fill=\"white\"/>\n<path d=\"M40 45H620M40 250H620\" stroke=\"#bbb\"/>\n");
    for (int which = 0; which < 2; which++) {
        fprintf(f, "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"%s\" points=\"", which ? "#c33" : "#36c");
        for (int t = 0; t < TICKS; t++)
            fprintf(f, "%.1f,%.1f ", 40 + 580.0 * t / TICKS, which ? 250 - 35.0 * (double)(torque[t] / limit) : 105 - 60.0 * (double)cosf(angle[t]));
        fprintf(f, "\"/>\n");
    }
    fprintf(f, "<text x=\"44\" y=\"25\" fill=\"#36c\">height (line: upright)</text>\n"
               "<text x=\"44\" y=\"312\" fill=\"#c33\">torque (limit %.1f)</text>\n</svg>\n", (double)limit);
    return fclose(f);
}

int main(void)
{
    const struct mpc m = {0.05f, 4, 0.1f, 1, 0.05f, 0.02f, 1.8f};
    float state[2] = {3.14159265f, 0}, plan[MPC_HORIZON], angle[TICKS], torque[TICKS], worst = 0;
    const float leaning[2] = {2, 0.5f};
    double error = difference(&m, leaning);
    for (int t = 0; t < MPC_HORIZON; t++)
        plan[t] = 0.5f;
    for (int t = 0; t < TICKS; t++) {
        torque[t] = controller(&m, state, plan);
        mpc_plant(&m, state, torque[t]);
        angle[t] = remainderf(state[0], 6.2831853f);
        if (t >= TICKS - 40)
            worst = fmaxf(worst, fabsf(angle[t]));
    }
    int drawn = draw(angle, torque, m.limit) == 0;
    printf("gradient against differences: %s\n", error < 1e-2 ? "agrees" : "disagrees");
    printf("upright in the last 2 s: %s\n", worst < 0.05f ? "yes" : "no");
    if (error >= 1e-2 || worst >= 0.05f)
        printf("error %g, angle %g\n", error, (double)worst);
    return !(error < 1e-2 && worst < 0.05f && drawn);
}
