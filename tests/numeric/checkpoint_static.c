// check: --no-malloc --set n=6 --set steps=13
/* Snapshots in arrays of constant size. */
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double rotating(AD_LEN(6) const double *x, int n, int steps)
{
    double z[6] = {1, 2, 3, 4, 5, 6}, s = 0;
    if (steps > 50)
        return 0;
    AD_CHECKPOINT(2)
    for (int t = 0; t < steps; t++)
        for (int i = 0; i < n; i++)
            z[i] = sin(z[(i + 1) % 6] * x[i]) + z[i];
    for (int i = 0; i < 6; i++)
        s += z[i];
    return s;
}

AD_VJP(y -> y)
void chosen(double y[static 4])
{
    AD_CHECKPOINT()
    for (int t = 0; t < 200; t++) {
        double first = y[0];
        for (int i = 0; i < 3; i++)
            y[i] = 0.99 * y[i + 1] + 0.01 * y[i] * y[i + 1];
        y[3] = sin(first);
    }
}
