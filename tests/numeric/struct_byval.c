// check: --set s.rows=3 --set s.cols=4 --set s.flags=2 --set pick=1 --len x=12 --set m.pick=2 --len m.row=3
// construct: structs: by value
// directions: --directions: parameter 'm' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>
#include <math.h>

struct size { int rows, cols; unsigned flags : 3; };

/* Bounds in a record that is not written: known on entry. */
AD_GRAD(x)
double walk(struct size s, const double *x)
{
    double sum = 0;
    for (int i = 0; i < s.rows; i++) {
        double row = s.flags;
        for (int j = 0; j < s.cols; j++)
            row = sin(row) + x[i * s.cols + j] * row;
        sum += row * row;
    }
    return sum;
}

typedef struct { double a, b[3]; struct { double c, d; } in; double k[3]; int pick; const double *row; } Model;

/* Written, read in loops, indexed by what is not constant: in the function's own copy. */
AD_GRAD(m)
double model(Model m)
{
    double first = m.a;
    m.a = m.a * m.b[0] + m.in.c;
    m.b[1] += m.a * first;
    m.k[m.pick] *= m.b[1];
    m.k[0] += m.in.d;
    for (int i = 0; i < 3; i++) {
        m.in.d = m.in.d * m.a + m.k[i] * m.b[2];
        m.row += m.pick - 2;
        m.b[2] *= m.row[i];
    }
    return m.in.d * m.b[1] + m.b[2];
}

static double bump(double *p, double by)
{
    *p += by;
    return *p;
}

/* Its address is passed on. */
AD_VJP(m, x)
double passed(Model m, int pick, double x)
{
    double *p = pick ? &m.a : &m.in.c;
    return bump(p, x * m.a) * m.a + bump(&m.b[1], m.in.c) * m.in.d;
}

/* Nothing of the result depends on x: its seed is only set to zero. */
typedef struct {
    double lo, hi;
} Extent;

AD_VJP(x)
Extent extent_of_numbers(AD_LEN(n) const double *x, int n)
{
    Extent e = {-1, 1};
    for (int i = 0; i < n; i++)
        if (x[i] > e.hi)
            e.hi = 1 + i;
    return e;
}
