/* The prediction that a controller optimises at every tick. */
#include "mpc.h"

#include <adgen.h>
#include <math.h>

void mpc_plant(const struct mpc *m, float state[static 2], float torque)
{
    float accel = m->gravity * sinf(state[0]) - m->drag * state[1] + torque;
    state[1] += m->dt * accel;
    state[0] += m->dt * state[1];
}

AD_GRAD(u)
float mpc_cost(const struct mpc *m, const float state[static 2], const float u[static MPC_HORIZON])
{
    float s[2] = {state[0], state[1]}, cost = 0;
    for (int t = 0; t < MPC_HORIZON; t++) {
        mpc_plant(m, s, u[t]);
        cost += m->angle_cost * (1 - cosf(s[0])) + m->rate_cost * s[1] * s[1] + m->torque_cost * u[t] * u[t];
    }
    return cost + 10 * (1 - cosf(s[0])) + s[1] * s[1];
}
