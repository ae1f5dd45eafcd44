// check: --set n=4 --set m=3 --set k=5
// construct: pointers and arrays: `double a[n][m][k]`
// Strides of three run-time dimensions: products that the C text implies in a[i][j][l].
#include <adgen.h>

AD_VJP(a -> b)
AD_JVP(a -> b)
void seven_points(int n, int m, int k, double a[n][m][k], double b[n][m][k])
{
    for (int i = 1; i < n - 1; i++)
        for (int j = 1; j < m - 1; j++)
            for (int l = 1; l < k - 1; l++)
                b[i][j][l] = 0.125 * (a[i + 1][j][l] - 2.0 * a[i][j][l] + a[i - 1][j][l]) +
                             0.125 * (a[i][j + 1][l] - 2.0 * a[i][j][l] + a[i][j - 1][l]) +
                             0.125 * (a[i][j][l + 1] - 2.0 * a[i][j][l] + a[i][j][l - 1]) + a[i][j][l] * a[i][j][l];
}

AD_VJP(a -> b)
void wide(int n, int m, int k, double a[n][m + 2][k + m + 3], double b[n])
{
    double t[n][k + 1][m + 2];
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < m + 2; j++)
            for (int l = 0; l <= k; l++)
                t[i][l][j] = a[i][j][l] * a[i][j][l + m + 1];
        double(*plane)[k + m + 3] = a[i];
        b[i] = t[i][k][m] * t[i][0][m + 1] + t[i][1][0] * plane[1][2];
    }
}

/* a subscript of 0 is one as well */
AD_VJP(a -> y)
AD_JVP(a -> y)
void planes(int n, int m, int k, double a[n][m][k], AD_LEN(m) double *y)
{
    for (int i = 0; i < m; i++)
        y[i] = a[0][i][2] * a[i][0][1] * a[0][0][i] + a[i][i][0];
}
