// check: --set n=40
/* Loops whose number of steps is not known before: snapshots are thinned out as they go on. */
#include <adgen.h>
#include <math.h>

AD_GRAD(a)
double newton(double a, int n)
{
    double x = 1 + a, d = 1;
    int k = 0;
    AD_CHECKPOINT(2)
    while (k < n && fabs(d) > 1e-9) {
        d = (x * x * x - a) / (3 * x * x);
        x -= 0.3 * d;
        k++;
    }
    return x;
}

AD_VJP(y, dt -> y)
int integrate(double y[2], double dt, double end)
{
    double t = 0;
    int steps = 0;
    AD_CHECKPOINT()
    while (t < 5 + end) {
        double k[2] = {y[1], -sin(y[0]) - 0.1 * y[1] * y[1]};
        for (int i = 0; i < 2; i++)
            y[i] += 0.1 * dt * k[i];
        t += 0.1 * 0.7;
        steps++;
    }
    return steps;
}

AD_GRAD(w)
double stops(AD_LEN(3) const double *w, int n)
{
    double h[3] = {0.1, 0.2, 0.3};
    AD_CHECKPOINT(3)
    for (int k = 0; k < n; k++) {
        for (int i = 0; i < 3; i++)
            h[i] = h[i] * (1 + 0.2 * w[i] * h[(i + 2) % 3]);
        if (h[0] > 3)
            break;
    }
    return h[0] + h[1] * h[2];
}
