#include "out.h"

#include <stdio.h>

static int wrong;

static void same(long double got, long double want, const char *what, double x, double y)
{
    if ((got == want) || fabsl(got - want) <= 1e-6L * fabsl(want) || (isnan(got) && isnan(want)))
        return;
    printf("%s of pow(%g, %g): %Lg, not %Lg\n", what, x, y, got, want);
    wrong = 1;
}

/* d/dx, d/dy, d2/dx2, d2/dxdy, d2/dy2 */
static void check(double x, double y, double dx, double dy, double xx, double xy, double yy)
{
    double d_x = 0, d_y = 0, t, H[4];
    p_grad(x, y, &d_x, &d_y);
    same(d_x, dx, "d/dx", x, y);
    same(d_y, dy, "d/dy", x, y);
    p_jvp(x, y, 1, 0, &t);
    same(t, dx, "tangent by x", x, y);
    p_jvp(x, y, 0, 1, &t);
    same(t, dy, "tangent by y", x, y);
    float Hf[4];
    long double Hl[4];
    p_hess(x, y, H);
    pf_hess((float)x, (float)y, Hf);
    pl_hess(x, y, Hl);
    const double want[4] = {xx, xy, xy, yy};
    for (int i = 0; i < 4; i++) {
        same(H[i], want[i], "a second derivative", x, y);
        same(Hf[i], want[i], "a second derivative in float", x, y);
        same(Hl[i], want[i], "a second derivative in long double", x, y);
    }
}

int main(void)
{
    double l = log(2), H[16];
    check(2, 0, 0, l, 0, 0.5, l * l); /* not 0: d/dx is y / x beside y = 0 */
    check(0.25, 0, 0, -2 * l, 0, 4, 4 * l * l);
    check(1, 0, 0, 0, 0, 1, 0);
    check(1, 1, 1, 0, 0, 1, 0);
    check(2, 1, 1, 2 * l, 0, 1 + l, 2 * l * l);
    check(2, -1, -0.25, l / 2, 0.25, 0.25 - l / 4, l * l / 2);
    check(0, 0, 0, 0, 0, 0, 0);
    check(0, 2, 0, 0, 2, 0, 0);
    check(0, 3, 0, 0, 0, 0, 0);
    check(0, 1.5, 0, 0, INFINITY, 0, 0);
    check(NAN, 1, 1, NAN, 0, NAN, NAN);
    for (int k = 1; k < 5; k++) /* with a negative base the exponent is a constant */
        check(-2, k, k * pow(-2, k - 1), NAN, k * (k - 1) * pow(-2, k - 2), NAN, NAN);
    check(-2, -2, 0.25, NAN, 0.375, NAN, NAN);
    double d_x = 0, d_y = 0;
    p_grad(NAN, 0, &d_x, &d_y);
    same(d_x, 0, "d/dx", NAN, 0);
    pc_hess(2, 0, H); /* z = 2, w = 0: d2/dRe z dRe w = 1/2, d2/dIm z dIm w = -1/2 */
    same(H[2], 0.5, "Re z, Re w", 2, 0);
    same(H[8], 0.5, "Re w, Re z", 2, 0);
    same(H[7], -0.5, "Im z, Im w", 2, 0);
    same(H[13], -0.5, "Im w, Im z", 2, 0);
    return wrong;
}
