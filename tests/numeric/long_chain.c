// check: --set n=700
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double chain(double x, int n)
{
    double s = x;
    for (int i = 0; i < n; i++)
        s = s * 0.98 + 0.02 * sin(s * x);
    return s;
}

AD_GRAD(x)
double chain_while(double x, int n)
{
    double s = x, t = 0;
    while (n > 0) {
        if (s > 0.5)
            s *= 0.9 * x;
        else
            s = s * s + 0.7;
        t += s * 0.01;
        n--;
    }
    return t;
}
