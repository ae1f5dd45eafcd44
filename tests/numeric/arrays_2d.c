// check:
// construct: pointers and arrays: `double a[3][4]`
#include <adgen.h>

AD_VJP(a, b -> c)
void matmul(double a[4][3], double b[3][5], double c[4][5])
{
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 5; j++) {
            c[i][j] = 0;
            for (int k = 0; k < 3; k++)
                c[i][j] += a[i][k] * b[k][j];
        }
}

AD_GRAD(a)
double trace3(double a[3][3])
{
    double s = 0;
    for (int i = 0; i < 3; i++)
        s += a[i][i] * a[i][2 - i];
    return s;
}

AD_VJP(t -> out)
void tensor(double t[2][3][4], double out[3])
{
    for (int j = 0; j < 3; j++) {
        double s = 0;
        for (int i = 0; i < 2; i++)
            for (int k = 0; k < 4; k++)
                s += t[i][j][k] * t[i][j][3 - k];
        out[j] = s;
    }
}
