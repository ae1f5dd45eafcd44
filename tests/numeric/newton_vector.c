// check: --set n=3 --range b=1:2
#include <adgen.h>
#include <math.h>

/* A solver that stops on convergence inside a loop over problems. */
AD_VJP(b -> root)
void roots(AD_LEN(n) const double *b, AD_LEN(n) double *root, AD_LEN(n) int *iterations, int n)
{
    for (int i = 0; i < n; i++) {
        double z = 1;
        int k;
        for (k = 0; k < 30; k++) {
            double f = z * z * z - b[i], df = 3 * z * z;
            double dz = f / df;
            z -= dz;
            if (fabs(dz) < 1e-14)
                break;
        }
        root[i] = z;
        iterations[i] = k;
    }
}
