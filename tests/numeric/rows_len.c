// check: --set n=5 --len z=n
#include <adgen.h>

enum { IN = 3 };

/* An element of an array of rows is a row: n * IN numbers. */
AD_GRAD(x, z)
double rows(AD_LEN(n) double x[][IN], const double (*z)[IN], int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < IN; j++)
            s += x[i][j] * x[i][j] * z[n - 1 - i][j];
    return s;
}
