/* lennard_jones.c: energy of atoms in a periodic box: pairs nearer than the cutoff. */
#include "lennard_jones.h"

#include <adgen.h>
#include <math.h>

static double pair_energy(double r2)
{
    double s2 = 1 / r2, s6 = s2 * s2 * s2;
    return 4 * (s6 * s6 - s6);
}

AD_GRAD(x)
double lennard_jones(AD_LEN(3 * n) const double *x, int n, double box, double cutoff)
{
    double energy = 0, shift = pair_energy(cutoff * cutoff);
    for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++) {
            double r2 = 0;
            for (int k = 0; k < 3; k++) {
                double d = x[3 * i + k] - x[3 * j + k];
                if (d > 0.5 * box)
                    d -= box;
                else if (d < -0.5 * box)
                    d += box;
                r2 += d * d;
            }
            if (r2 >= cutoff * cutoff)
                continue;
            energy += pair_energy(r2) - shift;
        }
    }
    return energy;
}
