// args: --grad 'rotated(a, b)' -std=c99
// needs: cblas.h
// expect: 9:5: error: cannot differentiate through call of 'cblas_drotg': its body is not in the given files; give its source file too, declare AD_CUSTOM_VJP, or AD_INACTIVE
// construct: functions of BLAS and LAPACK but for those above: AD_CUSTOM_VJP
#include <cblas.h>
double rotated(double a, double b)
{
    double c, s;
    cblas_drotg(&a, &b, &c, &s);
    return a * c;
}
