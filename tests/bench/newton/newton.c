/* newton.c: Kepler's equation E - e sin E = M, solved by Newton's method for each of many bodies. */
#include "newton.h"

#include <adgen.h>
#include <math.h>

static double eccentric_anomaly(double M, double e)
{
    double E = M + e * sin(M), change;
    do {
        change = (E - e * sin(E) - M) / (1 - e * cos(E));
        E -= change;
    } while (fabs(change) > 1e-10);
    return E;
}

AD_GRAD(anomaly, eccentricity)
double orbits(AD_LEN(n) const double *anomaly, AD_LEN(n) const double *eccentricity, AD_LEN(n) const double *seen, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        double e = eccentricity[i], E = eccentric_anomaly(anomaly[i], e);
        double x = cos(E) - e, y = sqrt(1 - e * e) * sin(E), miss = x * y - seen[i];
        sum += 0.5 * miss * miss;
    }
    return sum;
}
