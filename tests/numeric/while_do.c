// check: --set n=7
// construct: control flow: `while`, `do`
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double newton_root(double x)
{
    double r = x, e = 1;
    int steps = 0;
    while (fabs(e) > 1e-3 && steps < 50) {
        double next = 0.5 * (r + x / r);
        e = next - r;
        r = next;
        steps++;
    }
    return r * steps;
}

AD_GRAD(x)
double do_loop(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    int i = 0;
    do {
        s = s * x[i] + x[i];
        i += 2;
    } while (i < n && s < 1e6);
    return s;
}

AD_GRAD(x)
double grows(AD_LEN(n) const double *x, int n)
{
    double s = 0.01;
    int k = 0;
    while (s < 20) {
        s += s * x[k % n] + 0.3;
        if (++k > 1000)
            break;
    }
    return s;
}

AD_VJP()
void halve(AD_LEN(n) double *x, int n)
{
    for (int i = 0; i < n; i++)
        while (x[i] > 0.4)
            x[i] *= x[i] * 0.5;
}
