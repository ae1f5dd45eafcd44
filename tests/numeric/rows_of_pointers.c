// check: --set n=3 --set m=4 --len a=n --len 'a[]=m' --len out=n --len 'out[]=m'
// construct: pointers and arrays: `double **`
// directions: --directions: parameter 'a' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>

AD_GRAD(a)
double rows(const double *const *a, int n, int m)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        const double *r = a[i];
        for (int j = 0; j < m; j++)
            s += r[j] * a[n - 1 - i][j];
    }
    return s;
}

AD_VJP(a -> out)
void square_rows(double **a, double **out, int n, int m)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            out[i][j] = a[i][j] * a[i][j];
}
