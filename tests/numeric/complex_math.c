// check: --range a=0.3:0.8 --range b=0.3:0.8 --range z=-0.8:0.8
// construct: numbers: all of `<complex.h>`
#include <adgen.h>
#include <complex.h>

#define EACH(F)                                                                                                                    \
    F(0, cexp) F(1, clog) F(2, csqrt) F(3, csin) F(4, ccos) F(5, ctan) F(6, csinh) F(7, ccosh) F(8, ctanh) F(9, casin) F(10, cacos)   \
    F(11, catan) F(12, casinh) F(13, cacosh) F(14, catanh) F(15, conj) F(16, cproj)

#define CALL(i, name) w[i] = name(z);
#define CALLF(i, name) w[i] = name##f(z);
#define CALLL(i, name) w[i] = name##l(z);

AD_VJP(z -> w)
void each(double complex z, AD_LEN(17) double complex *w)
{
    EACH(CALL)
}

AD_VJP(z -> w)
void each_float(float complex z, AD_LEN(17) float complex *w)
{
    EACH(CALLF)
}

AD_VJP(z -> w)
void each_long(long double complex z, AD_LEN(17) long double complex *w)
{
    EACH(CALLL)
}

AD_VJP(z -> r)
void parts(double complex z, AD_LEN(4) double *r)
{
    r[0] = creal(z);
    r[1] = cimag(z);
    r[2] = cabs(z);
    r[3] = carg(z);
}

/* Powers, and the mixed operands that C has: a real number is not made complex first. */
AD_VJP(a, b, x -> w)
void arithmetic(double complex a, double complex b, double x, int k, AD_LEN(19) double complex *w)
{
    w[0] = a + b;
    w[1] = a - b;
    w[2] = a * b;
    w[3] = a / b;
    w[4] = -a;
    w[5] = x + a;
    w[6] = a - x;
    w[7] = x - a;
    w[8] = x * a;
    w[9] = a / x;
    w[10] = x / a;
    w[11] = k * a;
    w[12] = cpow(a, b);
    w[13] = cpow(a, 3);
    w[14] = cpow(a, -0.5) + cpow(b, 0);
    w[15] = cpow(x, b);
    w[16] = x + 2 * x * x * I;
    w[17] = (float complex)a * (float)x;
    w[18] = (double)a + k;
}

/* Every function within a loss, second derivatives too. */
AD_GRAD(z, x)
double all_of_them(AD_LEN(3) const double complex *z, double x)
{
    double s = 0;
    for (int i = 0; i < 3; i++) {
        double complex u = z[i] + x * 0.1, v = conj(u) / (2 + cabs(u));
        v += cexp(u) * csin(v) - ccosh(u) / (3 + ctanh(v));
        v *= clog(3 + u) + casin(0.3 * u) - catan(v * 0.1);
        v = csqrt(v + 4) + cpow(2 + u, 1.5 + 0.1 * v);
        s += creal(v) + cimag(v) * carg(2 + v) + cabs(v) * x;
    }
    return s;
}
