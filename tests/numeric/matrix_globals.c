// check: --set n=5
// construct: memory: globals that are rows and columns of matrices
// Dense Jacobians and Hessians with respect to globals, and of globals.
#include <adgen.h>
#include <math.h>
double gain = 1.5;
double table[2][3] = {{1, 2, 3}, {0.5, 0.25, 2}};
float level[3] = {1, 2, 0.5f};
double out[4];

AD_JACOBIAN(x, gain, table -> y, out)
double scan(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        y[i] = gain * x[i] * table[i % 2][i % 3];
        out[i % 4] = sin(y[i]) * table[1][2];
        s += y[i] * y[i] * gain;
    }
    return s;
}

AD_HESSIAN(gain, table)
AD_HVP(gain, table)
double energy(double a)
{
    double s = 0;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++)
            s += pow(table[i][j], 2 + i) * gain * a;
    return s * gain;
}

/* the global is read, overwritten and a result; few rows */
double state = 0.7;
AD_JACOBIAN(state, w -> state)
void advance(AD_LEN(5) const double w[5])
{
    for (int i = 0; i < 5; i++)
        state = sin(state * w[i]) + w[i];
}
AD_JACOBIAN(level, w)
float mixed(double w)
{
    return (float)(level[0] * w * w + level[1] * level[2]);
}
double result;
AD_HESSIAN(x, gain -> result)
void stored(AD_LEN(n) const double *x, int n)
{
    result = 0;
    for (int i = 0; i < n; i++)
        result += x[i] * x[i] * x[(i + 1) % n] * exp(gain);
}
