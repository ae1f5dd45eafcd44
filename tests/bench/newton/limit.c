/* The gradient by hand: each body forward and back; an iteration leaves its sine, cosine, change and 1/slope for its reversal. */
#include "newton.h"

#include <math.h>
#include <stdlib.h>

enum { FIRST = 16 };

typedef struct {
    double sine, cosine, change, inverse;
} Iteration;

double orbits_limit(const double *anomaly, const double *eccentricity, const double *seen, int n, double *d_anomaly,
                    double *d_eccentricity)
{
    Iteration local[FIRST], *kept = local;
    int room = FIRST;
    double sum = 0;
    for (int i = 0; i < n; i++) {
        double M = anomaly[i], e = eccentricity[i], first = sin(M), E = M + e * first, change;
        int count = 0;
        do {
            if (count == room) { /* many iterations: on the heap from now on */
                Iteration *more = malloc(2 * (size_t)room * sizeof *more);
                for (int k = 0; k < count; k++)
                    more[k] = kept[k];
                if (kept != local)
                    free(kept);
                kept = more;
                room *= 2;
            }
            double sine = sin(E), cosine = cos(E), inverse = 1 / (1 - e * cosine);
            change = (E - e * sine - M) * inverse;
            Iteration k = {sine, cosine, change, inverse};
            kept[count++] = k;
            E -= change;
        } while (fabs(change) > 1e-10);
        double root = sqrt(1 - e * e), s = sin(E), c = cos(E), x = c - e, y = root * s, miss = x * y - seen[i];
        sum += 0.5 * miss * miss;

        double d_x = miss * y, d_y = miss * x, d_E = d_y * root * c - d_x * s, d_e = -d_x - d_y * s * e / root, d_M = 0;
        while (count-- > 0) {
            Iteration k = kept[count];
            double d_top = -d_E * k.inverse, d_slope = -d_top * k.change;
            d_M -= d_top;
            d_e -= d_top * k.sine + d_slope * k.cosine;
            d_E += d_top * (1 - e * k.cosine) + d_slope * e * k.sine;
        }
        d_anomaly[i] += d_M + d_E * (1 + e * cos(M));
        d_eccentricity[i] += d_e + d_E * first;
    }
    if (kept != local)
        free(kept);
    return sum;
}
