// check: --set n=4
/* Dense matrices of numbers, in a file that includes nothing. */
#include <adgen.h>

AD_HESSIAN(x)
AD_JACOBIAN(x)
double cube(double x)
{
    return x * x * x;
}

AD_HESSIAN(x, y)
double pair(double x, double y)
{
    return x > y ? x * x * y : y * y * y * x;
}

AD_JACOBIAN(p -> f, g)
void springs(AD_LEN(n) const double (*p)[3], AD_LEN(n) double (*f)[3], AD_LEN(2) double g[][2], int n)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 3; k++)
            f[i][k] = p[i][k] * p[(i + 1) % n][k];
    for (int i = 0; i < 2; i++)
        g[i][1] = p[i][i] * g[i][0];
}
