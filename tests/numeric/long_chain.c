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
        if (n % 3 == 1)
            s = s * 0.5 + 0.3 * x;
        else if (s > -1)
            s = s * s * 0.25 + 0.4;
        t += s * 0.01;
        n--;
    }
    return t;
}
