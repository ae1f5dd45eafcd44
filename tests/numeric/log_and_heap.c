// check: --set n=3
/* Stores that are taken back at the reverse sweep's beginning, where objects that were kept are freed at its end. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

AD_VJP(a -> a)
double grown_and_updated(AD_LEN(n * n) double *a, double c, int n)
{
    double *g = NULL, s = c;
    int cap = 0;
    for (int i = 0; i < n; i++) {
        if (i == cap) {
            cap = cap ? 2 * cap : 1;
            g = realloc(g, (size_t)cap * sizeof *g);
        }
        g[i] = a[i] * c;
        s += g[0] * a[i];
    }
    free(g);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int k = 0; k < n; k++)
                sum += 0.3 * a[i * n + k] * sin(a[k * n + j]);
            a[i * n + j] = sum;
        }
    a[n - 1] += a[1] * cos(s);
    return a[0];
}
