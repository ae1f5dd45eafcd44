// check: --set n=4 --set m=3
// construct: pointers and arrays: `double a[n][m]`
#include <adgen.h>

AD_VJP(a, x -> y)
void matvec(int n, int m, double a[n][m], double x[m], double y[n])
{
    for (int i = 0; i < n; i++) {
        double s = 0;
        for (int j = 0; j < m; j++)
            s += a[i][j] * x[j];
        y[i] = s * s;
    }
}

AD_GRAD(a)
double local_vla(int n, int m, double a[n][m])
{
    double col[m];
    double sq[n][m];
    for (int j = 0; j < m; j++)
        col[j] = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            sq[i][j] = a[i][j] * a[i][j];
            col[j] += sq[i][j];
        }
    double s = 1;
    for (int j = 0; j < m; j++)
        s *= col[j];
    return s + sq[1][1] * sq[0][m - 1];
}

AD_GRAD(t)
double three(int n, int m, double t[n][m][2])
{
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            s += t[i][j][0] * t[i][j][1] * (i + j);
    return s;
}
