// std: gnu11
// directions: derivatives are addressed through another type
// check: --set n=4 --len coef=n --len poles=n --len at=2 --range coef=0.5:1.5
// construct: numbers: `_Complex` values, `__real__` and `__imag__`
#include <adgen.h>
#include <complex.h>

typedef struct {
    double complex pole, residue;
    int order;
} Term;

static double complex evaluate(const double *coef, int n, double complex z)
{
    double complex p = 0.0;
    for (int i = n - 1; i >= 0; i--)
        p = p * z + coef[i];
    return p;
}

/* Newton's method from a complex start; the trip count depends on the data. */
AD_VJP(coef, start)
double complex root(const double *coef, int n, double complex start)
{
    double complex z = start + 2 * I;
    for (int it = 0; it < 40; it++) {
        double complex p = evaluate(coef, n, z), d = 0;
        for (int i = n - 1; i > 0; i--)
            d = d * z + i * coef[i];
        double complex step = p / d;
        z -= step;
        if (cabs(step) < 1e-14)
            break;
    }
    return z;
}

static Term term_of(double complex pole, double gain, int order)
{
    Term t = {.pole = pole, .residue = gain / (1 + pole)};
    t.order = order;
    return t;
}

static double complex response(const Term *t, double complex s)
{
    double complex r = t->residue / (s - t->pole);
    if (t->order == 0 || s == t->pole)
        return t->residue;
    for (int k = 1; k < t->order; k++)
        r /= s - t->pole;
    return r;
}

/* |H(i w)| of a sum of terms. */
AD_GRAD(poles, gain, w)
double magnitude(const double complex *poles, int n, double gain, double w)
{
    double complex h = 0;
    for (int i = 0; i < n; i++) {
        Term t = term_of(-poles[i], gain, 1 + i % 2);
        Term conjugate = t;
        conjugate.pole = conj(t.pole);
        conjugate.residue = ~t.residue;
        h += response(&t, w * 1.0i) + response(&conjugate, w * 1.0i);
    }
    return h != 0 ? cabs(h) : 0;
}

/* The two parts as lvalues, and the pair that a complex number is in memory. */
AD_GRAD(at, u)
double by_parts(const double complex *at, double complex u)
{
    double complex z = at[0];
    __real__ z = __real__ z * 2 + __imag__ at[1];
    __imag__ z -= cabs(u);
    z++;
    const double *pair = (const double *)at;
    double s = pair[0] * pair[3];
    for (int i = 0; i < 4; i++)
        s += pair[i] * pair[i] * __real__ u;
    return s + __imag__(z * z);
}
