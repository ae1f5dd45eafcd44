/* heat.c: the heat equation in a rod of varying conductivity: how far from a wanted state does it end? */
#include "heat.h"

#include <adgen.h>
#include <stdlib.h>

/* Ends are isolated; conductivity[i] is between cells i and i + 1. */
static void step(const double *u, double *next, const double *conductivity, int n, double dt)
{
    next[0] = u[0] + dt * conductivity[0] * (u[1] - u[0]);
    for (int i = 1; i < n - 1; i++)
        next[i] = u[i] + dt * (conductivity[i] * (u[i + 1] - u[i]) - conductivity[i - 1] * (u[i] - u[i - 1]));
    next[n - 1] = u[n - 1] - dt * conductivity[n - 2] * (u[n - 1] - u[n - 2]);
}

AD_GRAD(first, conductivity)
double heat(AD_LEN(n) const double *first, AD_LEN(n - 1) const double *conductivity, AD_LEN(n) const double *target, int n,
            int steps, double dt)
{
    double *u = malloc(n * sizeof *u), *next = malloc(n * sizeof *next), loss = 0;
    for (int i = 0; i < n; i++)
        u[i] = first[i];
    for (int t = 0; t < steps; t++) {
        step(u, next, conductivity, n, dt);
        for (int i = 0; i < n; i++)
            u[i] = next[i];
    }
    for (int i = 0; i < n; i++)
        loss += 0.5 * (u[i] - target[i]) * (u[i] - target[i]);
    free(u);
    free(next);
    return loss;
}
