// check: --set n=9
// construct: control flow: `break`, `continue`
#include <adgen.h>

AD_GRAD(x)
double exits(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        if (x[i] < 0.5)
            continue;
        s += x[i] * x[i];
        if (s > 2.5)
            break;
        s *= 1.1;
    }
    return s;
}

AD_GRAD(x)
double nested(AD_LEN(n) const double *x, int n)
{
    double s = 1;
    for (int i = 0; i < n; i++) {
        int j = 0;
        while (1) {
            if (j == i)
                break;
            j++;
            if (j % 2)
                continue;
            s += x[i] * x[j] * 0.1;
            if (s > 3)
                break;
        }
        if (s > 4)
            break;
        s *= x[i] + 0.5;
    }
    return s;
}

AD_VJP(x -> y)
void search(AD_LEN(n) const double *x, AD_LEN(1) double *y, int n)
{
    int best = -1;
    for (int i = 0; i < n; i++)
        if (x[i] > 0.8) {
            best = i;
            break;
        }
    if (best >= 0)
        *y = x[best] * best;
}

AD_GRAD(x)
double do_continue(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    int i = -1;
    do {
        i++;
        if (i % 3 == 0)
            continue;
        s += x[i] * s + x[i];
    } while (i < n - 1);
    return s;
}
