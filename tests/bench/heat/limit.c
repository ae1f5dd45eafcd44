/* The gradient by hand: all states side by side (the primal's copies are left out), each step reversed in one vector loop. */
#include "heat.h"

#include <stdlib.h>

/* d becomes the derivative by the step's input; next is scratch. */
static void reverse_step(const double *restrict u, const double *restrict k, const double *restrict d, double *restrict next,
                         double *restrict d_k, int n, double dt)
{
    for (int i = 0; i < n - 1; i++)
        d_k[i] += dt * (d[i] - d[i + 1]) * (u[i + 1] - u[i]);
    next[0] = d[0] + dt * k[0] * (d[1] - d[0]);
    for (int i = 1; i < n - 1; i++)
        next[i] = d[i] + dt * (k[i] * (d[i + 1] - d[i]) - k[i - 1] * (d[i] - d[i - 1]));
    next[n - 1] = d[n - 1] - dt * k[n - 2] * (d[n - 1] - d[n - 2]);
}

double heat_limit(const double *first, const double *conductivity, const double *target, int n, int steps, double dt,
                  double *d_first, double *d_conductivity)
{
    double *memory = malloc(((size_t)steps + 3) * n * sizeof *memory), *u = memory + 2 * n, *d = memory, *next = memory + n,
           loss = 0;
    const double *k = conductivity;

    for (int i = 0; i < n; i++)
        u[i] = first[i];
    for (int t = 0; t < steps; t++) {
        const double *now = u;
        u += n;
        u[0] = now[0] + dt * k[0] * (now[1] - now[0]);
        for (int i = 1; i < n - 1; i++)
            u[i] = now[i] + dt * (k[i] * (now[i + 1] - now[i]) - k[i - 1] * (now[i] - now[i - 1]));
        u[n - 1] = now[n - 1] - dt * k[n - 2] * (now[n - 1] - now[n - 2]);
    }
    for (int i = 0; i < n; i++) {
        d[i] = u[i] - target[i];
        loss += 0.5 * d[i] * d[i];
    }
    for (int t = 0; t < steps; t++) {
        u -= n;
        reverse_step(u, k, d, next, d_conductivity, n, dt);
        double *swap = d;
        d = next;
        next = swap;
    }
    for (int i = 0; i < n; i++)
        d_first[i] += d[i];
    free(memory);
    return loss;
}
