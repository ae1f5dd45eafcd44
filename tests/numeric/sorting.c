// check: --set n=7 --range x=-2:2
// construct: preprocessor and library: sorting in C
#include <adgen.h>

AD_VJP()
void bubble(AD_LEN(n) double *x, int n)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j + 1 < n - i; j++)
            if (x[j] > x[j + 1]) {
                double t = x[j];
                x[j] = x[j + 1];
                x[j + 1] = t;
            }
}

AD_GRAD(x)
double insertion(AD_LEN(n) const double *x, int n)
{
    double v[16];
    for (int i = 0; i < n; i++) {
        int j = i;
        double key = x[i];
        while (j > 0 && v[j - 1] > key) {
            v[j] = v[j - 1];
            j--;
        }
        v[j] = key;
    }
    double s = 0;
    for (int i = 0; i < n; i++)
        s += v[i] * v[i] * (i + 1);
    return s;
}
