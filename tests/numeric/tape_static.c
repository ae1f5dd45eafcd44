// check: --tape-storage=static --set n=6
// directions: --directions: parameter 'm' is a struct or a pointer to pointers, which cannot have several directions
/* Pointer walks, struct fields, globals, helper functions: arrays of constant size, not on the stack. */
#include <adgen.h>
#include <math.h>

enum { STATES = 4, HORIZON = 6 };

typedef struct {
    int n;
    double gain[STATES][STATES];
    double bias[STATES];
} Model;

static void step(const Model *m, const double *from, double *to)
{
    for (const double *b = m->bias, *end = m->bias + STATES; b < end; b++) {
        double s = *b;
        for (int j = 0; j < STATES; j++)
            s += m->gain[b - m->bias][j] * from[j];
        *to++ = tanh(s);
    }
}

AD_GRAD(m)
double rollout(const Model *m)
{
    double x[STATES] = {1, 0.5, -0.5, 0.25}, next[STATES], cost = 0;
    for (int t = 0; t < HORIZON; t++) {
        step(m, x, next);
        for (int i = 0; i < STATES; i++) {
            x[i] = next[i];
            cost += x[i] * x[i] * (i + 1);
        }
    }
    return cost;
}

static double weights[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

AD_GRAD(x)
double walked(double x, int n)
{
    double y = x;
    const double *w = weights;
    for (int i = 0; i < n; i++)
        y = sin(y) * w[i];
    return y;
}

AD_VJP(x -> x)
void newton(AD_LEN(n) double *x, int n)
{
    if (n > 10)
        n = 10;
    for (int i = 0; i < n; i++) {
        double r = x[i];
        int k = 0;
        while (k++ < 20) {
            double d = (r * r - x[i]) / (2 * r);
            r -= d;
            if (fabs(d) < 1e-12)
                break;
        }
        x[i] = r;
    }
}
