// check: --set n=5
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double reused(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    double tmp[4];
    for (int i = 0; i < n; i++) {
        tmp[0] = x[i];
        for (int k = 1; k < 4; k++)
            tmp[k] = tmp[k - 1] * x[i] + sin(tmp[k - 1]);
        s += tmp[3] * tmp[1];
    }
    return s + tmp[2];
}

AD_GRAD(x)
double fresh(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double acc[3] = {0};
        for (int k = 0; k < 9; k++)
            acc[k % 3] += x[i] * k * (1 + acc[(k + 1) % 3]);
        s += acc[0] * acc[1] + acc[2];
    }
    return s;
}

AD_GRAD(x)
double initialised(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i + 1 < n; i++) {
        double v[2][2] = {{x[i], x[i + 1]}, {1.0, x[i] * x[i]}};
        s += v[0][0] * v[1][1] - v[0][1] * v[1][0];
    }
    return s;
}
