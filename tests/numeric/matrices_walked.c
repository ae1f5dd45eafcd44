// check: --set n=9
// directions: --directions: parameter 'x' is a struct or a pointer to pointers, which cannot have several directions
// Local matrices that are walked through from their first element: (&m[0][0])[i], *(m[0] + i), a function that is given m[1].
#include <math.h>
#include <string.h>
#include <adgen.h>
typedef struct {
    double m[3][3];
} Mat;
static double total(const double *p, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += sin(p[i]) * (i + 1);
    return s;
}
/* a local of rows is walked from its first element */
AD_GRAD(x)
double first_elements(AD_LEN(9) const double *x)
{
    double a[3][3], b[3][3];
    double *p = &a[0][0], *q = b[0];
    for (int i = 0; i < 9; i++) {
        p[i] = x[i] * x[i];
        *q++ = x[8 - i];
    }
    double s = 0;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 3; k++)
                s += a[i][j] * b[j][k] * (i + k);
    return s;
}
AD_GRAD(x)
double in_structs(const Mat *x)
{
    Mat y = *x, z;
    for (int i = 0; i < 9; i++)
        (&z.m[0][0])[i] = (&y.m[0][0])[i] * (&x->m[0][0])[i];
    z.m[1][2] *= y.m[2][1];
    return total(*z.m, 9) + total(&z.m[1][0], 6) + total((double *)&z, 9);
}
AD_GRAD(x)
double large(AD_LEN(12) const double x[12][10])
{
    double y[12][10], s = 0;
    for (int i = 0; i < 12; i++)
        for (int j = 0; j < 10; j++)
            y[i][j] = x[i][j] * x[i][9 - j];
    for (int i = 0; i < 120; i++) {
        double *p = &y[0][0];
        p[i] *= 1.5;
    }
    for (int i = 0; i < 110; i++)
        (&y[0][0])[i] *= (&y[1][0])[i];
    for (const double *p = &x[0][0], *e = p + 120; p < e; p++)
        s += *p * *p * *p;
    return s + total(y[0], 120) + total(x[2], 50);
}
AD_GRAD(x)
double sums_of_pointers(AD_LEN(9) const double *x, int n)
{
    double a[3][3] = {{0}};
    for (int i = 0; i < n; i++)
        a[0][0 + 0 * i] = 0, *(*a + i) = x[i] * x[i];
    for (int i = 0; i < n; i++)
        *(a[0] + i) *= *(*a + n - 1 - i);
    return a[2][2] * a[1][1] + a[0][2] * a[2][0];
}
AD_VJP(x->y)
void parameters(AD_LEN(3) const double x[3][4], AD_LEN(3) double y[3][4])
{
    const double *in = x[0];
    double *out = y[0];
    for (int i = 0; i < 12; i++)
        out[i] = in[11 - i] * in[i];
    for (int i = 0; i < 3; i++)
        y[i][1] *= y[i][2];
}
