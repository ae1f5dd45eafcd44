// check: --set n=5
// directions: --directions: parameter 'p' is a struct or a pointer to pointers, which cannot have several directions
/* What one iteration put on the tape is taken from it by that iteration: also where a product is guarded against 0 times infinity and
 * is not evaluated, and where the loop is left before its end. */
#include <adgen.h>
#include <math.h>

AD_VJP()
void overwritten(AD_LEN(6) double *x, AD_LEN(3) double *y, int n)
{
    int left = n;
    double c = x[0];
    while (left > 0) {
        c = 0.9 * c * sin(x[left]);
        double v = 0.5;
        if (left % 2)
            v = 0.5 * log(2.0 + sin(c));
        y[1] = v;
        if (c > 0.2)
            left--;
        left--;
    }
}

struct pair {
    double u, w;
};

AD_GRAD(p)
double leaves(struct pair *p, AD_INACTIVE int n)
{
    for (int i = n - 1; i >= 0; i--) {
        p->w *= 1.0 + p->u;
        if (p->w > 1.0) {
            p->w = exp(-(p->u * p->u));
            break;
        }
    }
    return p->w;
}
