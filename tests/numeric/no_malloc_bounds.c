// check: --no-malloc --set n=7 --set m=5
/* Every way in which the size of what is kept can be proved. */
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double by_length(AD_LEN(8) const double *x, int n)
{
    double y = 1;
    for (int i = 0; i < n; i++) /* x has 8 elements */
        y = sin(y * x[i]) + 1;
    for (int i = 0; i < n; i++) /* n is at most 8 by now */
        if (y > 0.5)
            y *= sin(y);
    return y;
}

AD_GRAD(x)
double by_static(const double x[static 8], int n)
{
    double y = 1;
    for (int i = n - 1; i >= 0; i--)
        y = y * sin(x[i] + y);
    return y;
}

AD_GRAD(a)
double by_row(const double a[5][7], int n, int m)
{
    double y = 0.5;
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++)
            y = cos(y * a[i][j]);
    return y;
}

AD_GRAD(x)
double by_guard(AD_LEN(n) const double *x, int n, int m)
{
    double y = 0.3;
    if (n > 20 || m >= 10)
        return -1;
    for (int k = 0; k < m; k++)
        for (int i = k; i < n; i++)
            y = exp(-y * x[i]);
    return y;
}

AD_GRAD(x)
double by_conditions(double x, int n)
{
    double y = x;
    int left = n < 12 ? n : 12;
    for (int k = 0; k < 30 && fabs(y) > 1e-6; k++)
        y = 0.7 * sin(y);
    do {
        y = y + 0.1 * sin(x * y + 1);
    } while (y < 3 && --left > 0);
    for (unsigned char c = 0; c < (n & 15); c++)
        y *= 1 + 0.01 * sin(y);
    return y;
}

AD_GRAD(x)
double by_doubling(AD_LEN(4) const double *x, int n)
{
    double y = x[0];
    for (int len = 1; len < n; len *= 2)
        y = sin(y + x[1]) + 1;
    for (int left = n; left > 0; left /= 2)
        y = y * cos(y * x[2]);
    for (int i = 0; i < 9; i++) {
        if (y > 100)
            break;
        y = y * (1 + 0.1 * sin(y * x[3]));
    }
    return y;
}

AD_VJP(x -> x)
void overwritten(AD_LEN(6) double *x, int n)
{
    int i = 0;
    while (i < 6) {
        if (i < n)
            x[i] = x[i] * sin(x[(i + 1) % 6]) + 0.2;
        i++;
    }
}
