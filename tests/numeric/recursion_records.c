// check: --range x=0.3:1.4
// Functions that call themselves with a record whose pointers they move.
#include <adgen.h>

struct box {
    double *at;
    int n;
    double scale;
};
static double climb(struct box *b, int n)
{
    double s = 0;
    for (int i = 0; i < 2; i++) {
        s += b->at[0] * b->scale;
        if (n > 0) {
            b->at++;
            s *= climb(b, n - 1);
            b->at--;
        }
        b->at[0] += s;
        b->scale *= 0.9;
    }
    return s;
}
AD_GRAD(x, c)
double climbed(AD_LEN(3) const double *x, double c)
{
    double w[4] = {x[0], x[1], x[2], 0.5};
    struct box b = {w, 4, c};
    return climb(&b, 3) + b.scale * w[0];
}
