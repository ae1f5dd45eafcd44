// check: --set n=4 --set m=3
// construct: pointers and arrays: pointers into arrays
#include <adgen.h>

static double row_dot(const double *a, const double *b, int m)
{
    double s = 0;
    for (int j = 0; j < m; j++)
        s += a[j] * b[j];
    return s;
}

AD_GRAD(a)
double rows(AD_LEN(n * m) const double *a, int n, int m)
{
    double s = 0;
    for (int i = 0; i + 1 < n; i++)
        s += row_dot(&a[i * m], a + (i + 1) * m, m);
    return s;
}

AD_GRAD(a)
double row_pointer(AD_LEN(n * m) const double *a, int n, int m)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        const double *row = a + i * m;
        const double *last = row + m - 1;
        s += row[0] * *last + last[-1] * i;
    }
    return s;
}

AD_VJP(a -> b)
void write_rows(AD_LEN(n * m) const double *a, AD_LEN(n * m) double *b, int n, int m)
{
    for (int i = 0; i < n; i++) {
        double *out = &b[i * m];
        const double *in = a + (n - 1 - i) * m;
        for (int j = 0; j < m; j++)
            out[j] = in[j] * in[j];
    }
}
