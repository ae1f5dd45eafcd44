/* Arguments that are only read may overlap; their shadows may be one array or two. Checked by separate_shadows.main.c. */
#include <adgen.h>

AD_GRAD(x, y)
double dot(AD_LEN(n) const double *restrict x, AD_LEN(n) const double *restrict y, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * y[i] * y[i];
    return s;
}
