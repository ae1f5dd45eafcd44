#include "expect.h"
#include "out.h"
#include <stddef.h>
#include <string.h>

static void overwritten_independent(void)
{
    double x[3] = {1, 2, 3}, d[3] = {10, 20, 30};
    double r = ow_grad(x, 3, d);
    EXPECT(r, 4 + 25 + 100);
    EXPECT(x[0], 7);
    EXPECT(x[1], 5);
    EXPECT(x[2], 10);
    EXPECT(d[0], 10 + 4 * 1 * 2.);
    EXPECT(d[1], 20 + 4 * 2 * 5.);
    EXPECT(d[2], 30 + 4 * 3 * 10.);
}

static void overwritten_beside_a_dependent(void)
{
    double x[2] = {2, 5}, y[2] = {0}, dx[2] = {100, 200}, dy[2] = {1, 2};
    ow2_vjp(x, y, 2, dx, dy);
    EXPECT(x[0], 3);
    EXPECT(y[1], 28);
    EXPECT(dx[0], 104);
    EXPECT(dx[1], 220);
    EXPECT(dy[0], 0);
    EXPECT(dy[1], 0);
}

static void dependents(void)
{
    double x[2] = {.3, .4}, y[2] = {0}, z[2] = {1, 1}, w[2] = {0}, v[2] = {9, 9}, dx[2] = {1, 2}, dy[2] = {3, 4}, dz[2] = {5, 6},
           dw[2] = {7, 8}, dv[2] = {1.5, 2.5};
    dep_vjp(x, y, z, w, v, 2, dx, dy, dz, dw, dv);
    EXPECT(dx[0], 1 + 3 * cos(.3) + 10);
    EXPECT(dx[1], 2 + 4 * cos(.4) + 12 + 12.5);
    EXPECT(dy[0], 0);
    EXPECT(dy[1], 0);
    EXPECT(dz[0], 5);
    EXPECT(dz[1], 6);
    EXPECT(dw[0], 7);
    EXPECT(dw[1], 8);
    EXPECT(dv[0], 1.5);
    EXPECT(dv[1], 0);
    EXPECT(v[0], 9);
    EXPECT(v[1], 2);
}

static void in_and_out(void)
{
    double x[2] = {3, 4}, d[2] = {1, 2};
    inout_vjp(x, 2, d);
    EXPECT(x[0], 9);
    EXPECT(d[0], 6);
    EXPECT(d[1], 16);
}

static void in_and_out_in_order(void)
{
    double x[3] = {2, 3, 4}, d[3] = {1, 1, 1}, dk = 5;
    inout2_vjp(x, 0.5, 3, d, &dk);
    EXPECT(x[1], 3);
    EXPECT(x[2], 6);
    /* x1' = k x1 x0; x2' = k x2 x1' */ double b2 = 1, b1 = 1 + b2 * .5 * 4, db2 = b2 * .5 * 3;
    EXPECT(d[2], db2);
    EXPECT(d[1], b1 * .5 * 2);
    EXPECT(d[0], 1 + b1 * .5 * 3);
    EXPECT(dk, 5 + b2 * 12 + b1 * 6);
}

static void scratch(void)
{
    double x[3] = {1, 2, 3}, t[3] = {8, 1, 1}, dx[3] = {0}, dt[3] = {0};
    double r = scr_grad(x, t, 3, dx, dt);
    EXPECT(r, 8 + 1 * 9 * 2 + 16);
    EXPECT(dx[0], 2 * 9 * 2.);
    EXPECT(dx[1], 2 * 4 * 4);
    EXPECT(dx[2], 2 * 1 * 6);
    EXPECT(dt[0], 1);
    EXPECT(dt[1], 0);
    EXPECT(dt[2], 0);
    EXPECT(t[2], 9);
}

static void scratch_with_a_seed(void)
{
    double x[3] = {1, 2, 3}, t[3] = {8, 1, 1}, dx[3] = {0}, dt[3] = {0.5, 0, 0};
    scr_grad(x, t, 3, dx, dt);
    EXPECT(dx[0], 36 + 1);
}

static void scratch_of_a_bare_spec(void)
{
    double x[3] = {1, 2, 3}, t[3] = {8, 1, 1}, dx[3] = {0}, dt[3] = {0};
    scr_bare_grad(x, t, 3, dx, dt);
    EXPECT(dx[0], 36);
    EXPECT(dt[0], 0);
}

static void trajectory(void)
{
    double x[3] = {.1, .2, .3}, o[3] = {0}, dx[3] = {0};
    double r = traj_grad(x, o, 3, dx);
    EXPECT(r, o[2]);
    EXPECT(o[0], .1);
    EXPECT(r, 1.1 * 1.2 * 1.3 - 1);
    EXPECT(dx[0], 1.2 * 1.3);
}

static void objective_behind_a_pointer(void)
{
    double a[2] = {1, 2}, e = 99, da[2] = {0}, db = 0;
    errf_grad(a, 3, &e, 2, da, &db);
    EXPECT(e, 81);
    EXPECT(da[0], 2 * 9 * 3);
    EXPECT(db, 2 * 9 * 3);
}

static void objective_beside_a_result(void)
{
    double a[2] = {1, 2}, e = 99, da[2] = {0};
    EXPECT(errf2_grad(a, &e, 2, da), 2);
    EXPECT(e, 5);
    EXPECT(da[1], 4);
    EXPECT(errf2_grad(a, &e, -1, da), -1);
    EXPECT(e, 5);
    EXPECT(da[1], 4);
}

static void optional_arguments(void)
{
    double w[2] = {1, 2}, b[2] = {3, 4}, dw[2] = {0}, db[2] = {0};
    opt_grad(w, b, 2, dw, db);
    EXPECT(dw[0], 5);
    EXPECT(db[1], 2);
    dw[0] = 0;
    EXPECT(opt_grad(w, NULL, 2, dw, NULL), 5);
    EXPECT(dw[0], 2);
    EXPECT(opt2_grad(w, NULL, 2, dw, NULL), 5);
    EXPECT(opt2_grad(w, b, 2, dw, db), 12);
    EXPECT(db[0], 2);
}

static void overlapping_in_and_out(void)
{
    double m[4] = {1, 2, 3, 4}, d[4] = {0, 0, 0, 1}; /* y = m + 1 */
    shift_vjp(m, m + 1, 3, d, d + 1);                /* sequential */
    double v1 = 1.5, v2 = v1 * v1 + .5, v3 = v2 * v2 + .5;
    EXPECT(m[3], v3);
    EXPECT(d[0], 2 * v2 * 2 * v1 * 2 * 1);
    EXPECT(d[1], 0);
    EXPECT(d[3], 0);
}

static void one_array_twice(void)
{
    double a[2] = {2, 3}, d[2] = {0}, e[2] = {0};
    dot_grad(a, a, 2, d, d);
    EXPECT(d[0], 3 * 4);
    EXPECT(d[1], 27);
    d[0] = d[1] = 0;
    dot_grad(a, a, 2, d, e);
    EXPECT(d[0] + e[0], 12);
    EXPECT(d[0], 4);
}

static void shifted_views(void)
{
    double a[3] = {2, 3, 4}, d[3] = {0};
    dot_grad(a, a + 1, 2, d, d + 1);
    EXPECT(d[0], 9);
    EXPECT(d[1], 16 + 2 * 2 * 3);
    EXPECT(d[2], 2 * 3 * 4);
}

static void struct_that_is_read(void)
{
    double w[2] = {1, 2}, dw[2] = {0};
    struct L l = {2, w, NULL, "tag", 3, {1, 2}}, d = {-5, dw, NULL, "dtag", 0, {0, 0}};
    layer_grad(&l, &d);
    EXPECT(dw[0], 3);
    EXPECT(d.scale, 3);
    EXPECT(d.n, -5);
    EXPECT(strcmp(d.tag, "dtag"), 0);
    double b[2] = {5, 6}, db[2] = {0};
    l.b = b;
    d.b = db;
    layer_grad(&l, &d);
    EXPECT(db[1], 2);
    EXPECT(d.f[1], 11);
    EXPECT(d.f[0], 0);
}

static void struct_that_is_changed(void)
{
    double w[3] = {1, 2, 0}, dw[3] = {1, 1, 1};
    struct L l = {2, w, NULL, "tag", 3, {1, 2}}, d = {-5, dw, NULL, "dtag", 0, {0, 0}};
    layer_io_vjp(&l, &d);
    EXPECT(l.n, 3);
    EXPECT(d.n, -5);
    EXPECT(w[0], 3);
    EXPECT(dw[0], 3);
    EXPECT(dw[2], 1);
    EXPECT(d.scale, 3);
}

int main(void)
{
    overwritten_independent();
    overwritten_beside_a_dependent();
    dependents();
    in_and_out();
    in_and_out_in_order();
    scratch();
    scratch_with_a_seed();
    scratch_of_a_bare_spec();
    trajectory();
    objective_behind_a_pointer();
    objective_beside_a_result();
    optional_arguments();
    overlapping_in_and_out();
    one_array_twice();
    shifted_views();
    struct_that_is_read();
    struct_that_is_changed();
    return wrong;
}
