// check: --set n=9
#include <adgen.h>

AD_GRAD(x)
double collatz(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    unsigned k = 7;
    int count = 0;
    while (k != 1) {
        s = s * 0.5 + x[k % (unsigned)n] * x[count % n];
        k = k % 2 ? 3 * k + 1 : k / 2;
        count++;
    }
    return s * count;
}

AD_GRAD(x)
double compact(AD_LEN(n) const double *x, int n)
{
    double keep[16];
    int m = 0;
    for (int i = 0; i < n; i++)
        if (x[i] > 0.5)
            keep[m++] = x[i] * x[i];
    double s = 0;
    for (int i = 0; i < m; i++)
        s += keep[i] * keep[m - 1 - i];
    return m ? s / m : 0;
}

/* The counter is narrowed on its way: -18 + 4 is 65522. */
AD_GRAD(x)
double narrowed_steps(double x, int first)
{
    double y = x;
    for (int i = first - 23; i <= 21; i = (unsigned short)((unsigned short)i + 4))
        y *= x;
    for (int i = first; i < 300; i = (unsigned char)(i + 60)) {
        y += x * i;
        if (y > 2000)
            break;
    }
    for (unsigned char c = 250; c > 5; c++)
        y *= x;
    return y;
}
