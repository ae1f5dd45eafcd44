// check: --set n=3
/* What a log takes back in the reverse sweep, beside loops whose iterations are reversed at once: the adjoints that such a loop starts from
 * are computed before it, and are not where the reverse sweep begins. */
#include <adgen.h>
#include <math.h>

AD_VJP(a, w, c -> a)
double filled_table(AD_LEN(9) double *a, AD_LEN(9) const double *w, double c, int n)
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            double sum = 0;
            for (int k = 0; k < 3; k++)
                sum += 0.3 * a[i * 3 + k] * sin(w[k * 3 + j]);
            a[i * 3 + j] = sum;
        }
    double table[3][4];
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 4; j++)
            table[i][j] = 0.5 * (c + c);
    a[n] += sin(fmax(sin(w[1]), 0.5));
    return table[n - 1][n] + 0.4 * sin(w[n]);
}

AD_GRAD(a)
double means_and_update(AD_LEN(n) double *a, int n)
{
    for (int i = 1; i < n; i++)
        a[i] = a[i] * a[i - 1];
    double m[4], s = 0;
    for (int i = 0; i < 4; i++)
        m[i] = cos(a[0] + i);
    for (int i = n - 1; i > 0; i--)
        a[i] -= a[i] * a[i - 1] * a[i - 1];
    for (int i = 0; i < n; i++)
        s += a[i] * a[i] * m[3];
    return s;
}
