// check: --set n=6 --len A=n*n
// x[i] is logged, as x may overlap A and y; its quotient is read again from x[i], which must happen before that is taken back.
#include <adgen.h>

AD_VJP()
void back_substitution(int n, double A[n][n], AD_LEN(n) double *x, AD_LEN(n) double *y)
{
    for (int i = n - 1; i >= 0; i--) {
        double w = y[i];
        for (int j = i + 1; j < n; j++)
            w -= A[i][j] * x[j];
        x[i] = w / A[i][i];
    }
}

AD_VJP()
void two_stores(int n, AD_LEN(n) double *x, AD_LEN(n) double *y, AD_LEN(n) double *z)
{
    for (int i = 1; i < n; i++) {
        double w = 0;
        for (int j = 0; j < i; j++)
            w += z[j] * x[j] * y[j];
        double q = w / z[i];
        y[i] = w * w;
        x[i] = q;
        z[i] = q * x[i - 1];
    }
}
