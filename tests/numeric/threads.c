/* Generated functions are re-entrant: many threads at once get what one gets. Checked by threads.main.c. */
// construct: functions: calls from many threads
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

AD_GRAD(x)
double busy(AD_LEN(n) const double *x, int n, int rounds)
{
    double *t = malloc(sizeof *t * (size_t)n), s = 0.5;
    for (int i = 0; i < n; i++)
        t[i] = x[i];
    for (int r = 0; r < rounds && s < 1e3; r++)
        for (int i = 0; i < n; i++) {
            if (t[i] > 0.8)
                t[i] = sin(t[i] * s);
            s += t[i] * x[i] * 0.1;
        }
    free(t);
    return s;
}
