// directions: parameter 's' is a struct or a pointer to pointers, which cannot have several directions
// check: --set n=4 --set k=2 --len points=n --len weights=n --len d_z=1 --len d_f=1
// construct: preprocessor and library: `<tgmath.h>` with complex numbers
#include <adgen.h>
#include <tgmath.h>

/* ---- a value type and functions on it, as a numerical library has */
typedef struct {
    float complex up, down;
    double weight;
} Spinor;

static Spinor rotate(Spinor s, float complex phase)
{
    return (Spinor){.up = s.up * phase, .down = s.down * conj(phase), .weight = s.weight * 1.5};
}

static double overlap(const Spinor *a, const Spinor *b)
{
    float complex dot = conj(a->up) * b->up + conj(a->down) * b->down;
    return fabs(dot) * a->weight + carg(dot + 3.0f) * b->weight;
}

AD_GRAD(s, angle)
double precession(Spinor s, double angle, int n)
{
    Spinor now = s, *p = &now;
    double total = 0;
    for (int i = 0; i < n; i++) {
        now = rotate(now, exp(I * (float)angle * (i + 1)));
        total += overlap(&s, p);
    }
    return total;
}

/* ---- a table of complex constants, a choice, a result through a pointer */
static const double complex quarter[4] = {1, I, -1, -I};

static int turn(double complex z, int k, double complex *out)
{
    if (z == 0 || k < 0)
        return -1;
    *out = z * quarter[k & 3];
    return cimag(*out) > 0;
}

AD_VJP(points, weights)
double complex weighted(const double complex *points, const double *weights, int n, int k)
{
    double complex sum = 0, w;
    for (int i = 0; i < n; i++) {
        int up = turn(points[i] - 0.3, k + i, &w);
        if (up < 0)
            continue;
        sum += weights[i] * (up ? w : conj(w) * 2) * (i % 2 ? sqrt(w + 2) : log(2 + w));
    }
    return sum;
}

/* ---- a derivative written by hand */
double complex lens(double complex z, double f);

double complex lens(double complex z, double f)
{
    return z / (1.0 - z / f);
}

double complex lens_vjp(double complex z, double f, double complex *d_z, double *d_f, double complex d_return)
{
    double complex q = 1.0 - z / f, w = z / q;
    *d_z += d_return * conj((1.0 + w / f) / q);
    *d_f += creal(d_return * conj(-w * z / (q * f * f)));
    return w;
}
AD_CUSTOM_VJP(lens, lens_vjp)

AD_GRAD(q, f)
double telescope(double complex q, double f, int n)
{
    for (int i = 0; i < n; i++)
        q = lens(q + 1.0 * I, f + i) + 0.5;
    return creal(q) / cimag(q);
}
