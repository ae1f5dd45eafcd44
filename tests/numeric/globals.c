// check: --set n=4
// construct: memory: globals
#include <adgen.h>

double gain = 1.5;
double table[3] = {0.5, 0.25, 0.125};
double workspace[8];

AD_GRAD(x, gain, table)
double with_globals(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * x[i] * gain * table[i % 3];
    return s;
}

AD_VJP(x -> table)
void writes_global(AD_LEN(n) const double *x, int n)
{
    for (int i = 0; i < n && i < 3; i++)
        table[i] = x[i] * x[i];
}

AD_GRAD(x)
double uses_workspace(AD_LEN(n) const double *x, int n)
{
    for (int i = 0; i < n; i++)
        workspace[i] = x[i] * x[i];
    double s = 0;
    for (int i = 0; i < n; i++)
        s += workspace[i] * workspace[0];
    return s;
}
