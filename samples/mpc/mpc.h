/* mpc.h: model predictive control of a pendulum with a weak motor, in float and without heap: for a microcontroller. */
#ifndef SAMPLES_MPC_H
#define SAMPLES_MPC_H

enum { MPC_HORIZON = 40 };

struct mpc {
    float dt, gravity, drag;           /* s, 1/s^2, 1/s */
    float angle_cost, rate_cost, torque_cost;
    float limit;                       /* of the torque */
};

/* The predicted cost of the torques u from state (angle from upright, rate). */
float mpc_cost(const struct mpc *m, const float state[static 2], const float u[static MPC_HORIZON]);
/* One time step of the plant. */
void mpc_plant(const struct mpc *m, float state[static 2], float torque);

#endif
