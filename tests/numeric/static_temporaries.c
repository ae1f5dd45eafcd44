// check: --set n=5 --set ld=2
// construct: memory: static variables that are only temporaries; static tables of one name
#include <adgen.h>
#include <math.h>

/* Numerical Recipes' macros. */
static float sqrarg;
#define SQR(a) ((sqrarg = (a)) == 0.0 ? 0.0 : sqrarg * sqrarg)
static double maxarg1, maxarg2;
#define DMAX(a, b) (maxarg1 = (a), maxarg2 = (b), (maxarg1) > (maxarg2) ? (maxarg1) : (maxarg2))

static float pythag(float a, float b)
{
    float absa = fabs(a), absb = fabs(b);
    if (absa > absb)
        return absa * sqrt(1.0 + SQR(absb / absa));
    return absb == 0.0 ? 0.0 : absb * sqrt(1.0 + SQR(absa / absb));
}

AD_GRAD(x)
double recipes(AD_LEN(n) const double *x, int n)
{
    double r = 0;
    for (int i = 0; i < n; i++)
        r = DMAX(pythag(r, x[i]), SQR(x[0]) + DMAX(x[1], 0.25));
    return r;
}

/* What f2c makes of Fortran. */
typedef int integer;
typedef double doublereal;
static integer c__1 = 1;
static doublereal c_b9 = 1.5;

static doublereal d_sign(doublereal *a, doublereal *b)
{
    doublereal x = *a >= 0 ? *a : -*a;
    return *b >= 0 ? x : -x;
}

static doublereal ddot_(integer *n, doublereal *dx, integer *incx, doublereal *dy, integer *incy)
{
    integer i__1;
    static integer i__, ix, iy;
    static doublereal dtemp;
    --dy;
    --dx;
    dtemp = 0.;
    ix = 1;
    iy = 1;
    i__1 = *n;
    for (i__ = 1; i__ <= i__1; ++i__) {
        dtemp += dx[ix] * dy[iy];
        ix += *incx;
        iy += *incy;
    }
    return dtemp;
}

static doublereal fval_(integer *n, doublereal *x, doublereal *y, integer *ld)
{
    integer x_dim1, x_offset, i__1, i__2;
    static integer i__, j;
    static doublereal s, t;
    x_dim1 = *ld;
    x_offset = 1 + x_dim1;
    x -= x_offset;
    --y;
    s = 0.;
    i__1 = *n;
    for (i__ = 1; i__ <= i__1; ++i__) {
        t = 1.;
        i__2 = *ld;
        for (j = 1; j <= i__2; ++j)
            t += x[j + i__ * x_dim1] * x[j + i__ * x_dim1] * d_sign(&c_b9, &y[i__]);
        s += t * y[i__];
    }
    return s + ddot_(n, &x[x_offset], ld, &y[1], &c__1);
}

AD_GRAD(x, y)
double fortran(AD_LEN(n *ld) double *x, AD_LEN(n) double *y, int n, int ld)
{
    return fval_(&n, x, y, &ld);
}

/* Each function has tables of its own. */
static double huge_value(void) { static double value = 1e30; return value; }
static double tiny_value(void) { static double value = 1e-30; return value; }

static double quadratic(double x)
{
    static const double c[3] = {1, 2, 3};
    return c[0] + x * (c[1] + x * c[2]);
}

struct c { double c; };

static double cubic(double x, int n)
{
    static const double c[] = {0.5, -2, 3, 7};
    static const struct c last = {.c = 2};
    double s = 0;
    for (int i = n; i >= 0; i--)
        s = s * x + c[i];
    return s * last.c;
}

static int is_odd(int n) { static int t; t = n; return t & 1; }
static int is_even(int n) { static int t; for (t = 0; t < n; t += 2); return t == n; }

AD_GRAD(x, c)
double tables(double x, double c, int n)
{
    static const double last[2] = {3, 4};
    double s = fmin(huge_value(), fmax(tiny_value(), x * last[0])) + last[1];
    return s * quadratic(c) + cubic(x, n / 2) + (is_odd(n) ? x : 0) + (is_even(n) ? x * x : c);
}
