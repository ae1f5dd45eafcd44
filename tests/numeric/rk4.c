// check: --set steps=10
#include <adgen.h>
#include <math.h>

static void rhs(const double *y, const double *p, double *dy)
{
    dy[0] = p[0] * y[0] - p[1] * y[0] * y[1];
    dy[1] = p[2] * y[0] * y[1] - p[3] * y[1];
}

AD_GRAD(y0, p)
double shoot(const double y0[2], const double p[4], int steps)
{
    double y[2] = {y0[0], y0[1]}, k1[2], k2[2], k3[2], k4[2], t[2];
    const double h = 0.05;
    double loss = 0;
    for (int s = 0; s < steps; s++) {
        rhs(y, p, k1);
        for (int i = 0; i < 2; i++)
            t[i] = y[i] + 0.5 * h * k1[i];
        rhs(t, p, k2);
        for (int i = 0; i < 2; i++)
            t[i] = y[i] + 0.5 * h * k2[i];
        rhs(t, p, k3);
        for (int i = 0; i < 2; i++)
            t[i] = y[i] + h * k3[i];
        rhs(t, p, k4);
        for (int i = 0; i < 2; i++)
            y[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
        loss += (y[0] - 1) * (y[0] - 1);
    }
    return loss;
}
