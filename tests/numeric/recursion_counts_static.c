// check: --with-primal --set n=4 --set depth=3 --range x=0.2:1.5
// Static ones, with --with-primal: what the call writes is not what was there before it.
#include <adgen.h>
#include <math.h>

enum kind { NOTHING, LEAF, BRANCH };
static int count, stack[8], top;
static enum kind last;
static double scale = 1.5;
static struct {
    short depth;
    char name[6];
} state;

static double power(double x, int n)
{
    count++;
    if (n == 0) {
        last = LEAF;
        return scale;
    }
    double y = power(x, n / 2);
    last = BRANCH;
    stack[top++ % 8] = n;
    return n % 2 ? y * y * x : y * y;
}

AD_GRAD(x)
double powers(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        count = top = 0;
        double y = power(x[i], i + 2);
        s += y * count + x[0] * stack[0];
        for (int k = 0; k < top; k++)
            s *= 1 + 0.01 * stack[k] * x[k];
        s += last == BRANCH ? x[i] : 0;
    }
    return s;
}

static double odd(const double *x, int depth);

static double even(const double *x, int depth)
{
    state.depth++;
    state.name[0] = 'e';
    return depth == 0 ? scale * x[0] : cos(odd(x, depth - 1)) * x[depth];
}

static double odd(const double *x, int depth)
{
    state.depth += 2;
    state.name[0] = 'o';
    return depth == 0 ? x[1] / scale : even(x, depth - 1) * sin(x[depth]) * state.depth;
}

AD_GRAD(x)
double alternating(AD_LEN(n) const double *x, int n, int depth)
{
    state.depth = 0;
    double s = even(x, depth < n ? depth : 0);
    s *= state.depth;
    s += odd(x, 1) * (state.name[0] == 'e') * state.depth;
    return s;
}
