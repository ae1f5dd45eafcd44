/* Energy and its derivative (minus the forces) by hand: each pair once, atom i's derivative in scalars. */
#include "lennard_jones.h"

static double nearest(double d, double box)
{
    if (d > 0.5 * box)
        return d - box;
    if (d < -0.5 * box)
        return d + box;
    return d;
}

double lennard_jones_limit(const double *x, int n, double box, double cutoff, double *d_x)
{
    double c2 = cutoff * cutoff, c6 = 1 / (c2 * c2 * c2), shift = 4 * (c6 * c6 - c6), energy = 0;
    for (int i = 0; i < n; i++) {
        double xi = x[3 * i], yi = x[3 * i + 1], zi = x[3 * i + 2], fx = 0, fy = 0, fz = 0;
        for (int j = i + 1; j < n; j++) {
            double dx = nearest(xi - x[3 * j], box), dy = nearest(yi - x[3 * j + 1], box), dz = nearest(zi - x[3 * j + 2], box);
            double r2 = dx * dx + dy * dy + dz * dz;
            if (r2 >= c2)
                continue;
            double s2 = 1 / r2, s6 = s2 * s2 * s2, f = -24 * s2 * s6 * (2 * s6 - 1);
            energy += 4 * (s6 * s6 - s6) - shift;
            fx += f * dx;
            fy += f * dy;
            fz += f * dz;
            d_x[3 * j] -= f * dx;
            d_x[3 * j + 1] -= f * dy;
            d_x[3 * j + 2] -= f * dz;
        }
        d_x[3 * i] += fx;
        d_x[3 * i + 1] += fy;
        d_x[3 * i + 2] += fz;
    }
    return energy;
}
