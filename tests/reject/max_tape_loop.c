// args: --max-tape 64K --grad 'f(x)'
// expect: 14:35: error: --max-tape: the loop cannot be checkpointed: this call cannot be repeated
// construct: `--max-tape` with a time loop that cannot be run again: move the call out of the loop
#include <stdlib.h>
#include <math.h>
/* Steps with random numbers. */
double f(const double *x, int steps)
{
    double a[8], s = 0;
    for (int i = 0; i < 8; i++)
        a[i] = x[i];
    for (int t = 0; t < steps; t++)
        for (int i = 0; i < 8; i++)
            a[i] = a[i] * (a[(i + rand() % 2) % 8] - 0.5);
    for (int i = 0; i < 8; i++)
        s += a[i];
    return s;
}
