/* Independents under a bare AD_GRAD that are stored to before something of them is read: their d_ are added to, whatever they held. */
#include <adgen.h>
#include <math.h>
#include <string.h>

AD_GRAD()
double first_stored(double c, AD_LEN(3) double *a)
{
    a[2] = c * c;
    double s = a[2] * a[0];
    a[0] = s;
    return s * a[1];
}

AD_GRAD()
double filled_but_one(AD_LEN(3) double *a)
{
    for (int i = 1; i < 3; i++)
        a[i] = a[0] * i;
    double s = 0;
    for (int i = 0; i < 3; i++)
        s += a[i] * a[i] * a[i];
    memset(a, 0, 3 * sizeof *a);
    return s;
}

AD_GRAD()
double filled_sometimes(AD_LEN(3) double *a)
{
    if (a[0] > 0)
        a[1] = 2;
    return a[1] * a[2];
}

AD_GRAD()
double turns(AD_LEN(3) double *a, AD_LEN(3) double *b)
{
    double *from = a, *to = b;
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 3; i++)
            to[i] = from[i] * from[(i + 1) % 3];
        double *t = from;
        from = to;
        to = t;
    }
    return from[0] + b[1];
}
