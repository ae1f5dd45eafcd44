// check:
// construct: memory: static tables
// Static tables that no function writes are copied, const or not; a static workspace of the function itself is one.
#include <adgen.h>

static double weights[3] = {0.5, 1.5, -1};
static const double nodes[] = {-1, 0, 1};
static double scale = 3;
static struct {
    double a;
    int n;
} options = {0.25, 2};

static double weighted(const double *w, const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += w[i] * x[i] * x[i];
    return s;
}

AD_GRAD()
double f(AD_LEN(3) const double *x)
{
    double s = 0;
    for (int i = 0; i < 3; i++)
        s += x[i] * nodes[i] * x[(i + options.n) % 3] + options.a * x[i];
    return s * scale + weighted(weights, x, 3);
}

/* Two declarators of a struct without a tag. */
static const struct {
    double stiffness, damping;
} springs[2] = {{1.5, 0.2}, {0.7, 0.1}}, *softest = springs + 1;

AD_GRAD(x)
double spring(double x, int k)
{
    return springs[k & 1].stiffness * x * x + softest->damping * x;
}
