/* The judge of numeric tests must itself tell right from wrong: y = x^2 with derivatives right, and wrong in one way each. */
#include "adgen_check.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { N = 3 };
typedef struct {
    double *x, *y;
} Args;

static const ad_ck_param params[] = {{"x", AD_CK_INDEP}, {"y", AD_CK_DEP}};

static void build(ad_ck_args *a)
{
    Args *args = a->ad_ck_made = ad_ck_array(a, 1, sizeof *args);
    args->x = ad_ck_array(a, N, sizeof *args->x);
    args->y = ad_ck_array(a, N, sizeof *args->y);
    for (int p = 0; p < 2; p++)
        for (int i = 0; i < N; i++) {
            double *at = p ? &args->y[i] : &args->x[i];
            *at = ad_ck_random(a, 0.2, 1.2);
            ad_ck_number(a, at, sizeof *at, AD_CK_F64, p, 0);
        }
}

static void primal(ad_ck_args *a)
{
    Args *v = a->ad_ck_made;
    for (int i = 0; i < N; i++)
        v->y[i] = v->x[i] * v->x[i];
    printf("squared\n");
}

static void tangent(ad_ck_args *a, ad_ck_args *d)
{
    Args *v = a->ad_ck_made, *t = d->ad_ck_made;
    for (int i = 0; i < N; i++)
        t->y[i] = 2 * v->x[i] * t->x[i];
    primal(a);
}

static void tangent_wrong(ad_ck_args *a, ad_ck_args *d)
{
    tangent(a, d);
    ((Args *)d->ad_ck_made)->y[1] *= 1.00001;
}

static void adjoint(ad_ck_args *a, ad_ck_args *d)
{
    Args *v = a->ad_ck_made, *t = d->ad_ck_made;
    primal(a);
    for (int i = 0; i < N; i++) {
        t->x[i] += 2 * v->x[i] * t->y[i];
        t->y[i] = 0;
    }
}

static void adjoint_no_zeroing(ad_ck_args *a, ad_ck_args *d)
{
    Args *v = a->ad_ck_made, *t = d->ad_ck_made;
    primal(a);
    for (int i = 0; i < N; i++)
        t->x[i] += 2 * v->x[i] * t->y[i];
}

static void adjoint_no_accumulation(ad_ck_args *a, ad_ck_args *d)
{
    Args *v = a->ad_ck_made, *t = d->ad_ck_made;
    primal(a);
    for (int i = 0; i < N; i++) {
        t->x[i] = 2 * v->x[i] * t->y[i];
        t->y[i] = 0;
    }
}

static void adjoint_factor(ad_ck_args *a, ad_ck_args *d)
{
    adjoint(a, d);
    ((Args *)d->ad_ck_made)->x[2] *= 1 + 1e-9;
}

static void adjoint_other_bits(ad_ck_args *a, ad_ck_args *d)
{
    adjoint(a, d);
    ((Args *)a->ad_ck_made)->y[0] *= 1 + 4e-16;
}

static void adjoint_silent(ad_ck_args *a, ad_ck_args *d)
{
    Args *v = a->ad_ck_made, *t = d->ad_ck_made;
    for (int i = 0; i < N; i++) {
        v->y[i] = v->x[i] * v->x[i];
        t->x[i] += 2 * v->x[i] * t->y[i];
        t->y[i] = 0;
    }
}

static void adjoint_changes(ad_ck_args *a, ad_ck_args *d)
{
    static int calls;
    adjoint(a, d);
    if (calls++ == 1)
        ((Args *)d->ad_ck_made)->x[0] *= 1 + 4e-16;
}

static int judge(void (*t)(ad_ck_args *, ad_ck_args *), void (*r)(ad_ck_args *, ad_ck_args *))
{
    ad_ck_test test = {.name = "square", .params = params, .nparams = 2, .build = build, .primal = primal, .tangent = t, .adjoint = r};
    return ad_ck_run(&test);
}

Test(check, right)
{
    cr_assert_eq(judge(tangent, adjoint), 0);
    cr_assert_eq(judge(tangent, NULL), 0);
}

Test(check, wrong_tangent)
{
    cr_assert_neq(judge(tangent_wrong, NULL), 0);
}

Test(check, wrong_adjoints)
{
    void (*wrong[])(ad_ck_args *, ad_ck_args *) = {adjoint_no_zeroing, adjoint_no_accumulation, adjoint_factor,
                                             adjoint_other_bits, adjoint_silent,          adjoint_changes};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_assert_neq(judge(tangent, wrong[i]), 0, "wrong adjoint %zu was accepted", i);
}

/* ---------------------------------------------------------------------- second derivatives of x0^2 x1 + x2^3 */

static void objective(ad_ck_args *a)
{
    Args *v = a->ad_ck_made;
    v->y[0] = v->x[0] * v->x[0] * v->x[1] + v->x[2] * v->x[2] * v->x[2];
}

static void gradient(ad_ck_args *a, ad_ck_args *d)
{
    const double *x = ((Args *)a->ad_ck_made)->x;
    double *g = ((Args *)d->ad_ck_made)->x;
    objective(a);
    g[0] += 2 * x[0] * x[1];
    g[1] += x[0] * x[0];
    g[2] += 3 * x[2] * x[2];
}

static double asymmetry, scaling = 1, kept = 1; /* of the function below */

static void hessian_vector(ad_ck_args *a, ad_ck_args *v, ad_ck_args *d, ad_ck_args *h)
{
    const double *x = ((Args *)a->ad_ck_made)->x, *w = ((Args *)v->ad_ck_made)->x;
    double *hv = ((Args *)h->ad_ck_made)->x;
    gradient(a, d);
    hv[0] = kept * hv[0] + 2 * (w[0] * x[1] + x[0] * w[1]);
    hv[1] += 2 * x[0] * w[0] + asymmetry * w[2];
    hv[2] += 6 * scaling * x[2] * w[2];
}

static void dense(ad_ck_args *a, void *m)
{
    const double *x = ((Args *)a->ad_ck_made)->x;
    double h[N][N] = {{2 * x[1], 2 * x[0] + asymmetry}, {2 * x[0]}, {0, 0, 6 * scaling * x[2]}};
    objective(a);
    memcpy(m, h, sizeof h);
}

static int judge_second(bool matrix)
{
    static const ad_ck_param roles[] = {{"x", AD_CK_INDEP}, {"y", AD_CK_DEP}};
    ad_ck_test test = {.name = "cubic", .params = roles, .nparams = 2, .build = build, .primal = objective, .grad = 1, .adjoint = gradient};
    if (matrix) {
        test.matrix = dense;
        test.matrix_kind = AD_CK_F64;
    } else {
        test.second = hessian_vector;
    }
    return ad_ck_run(&test);
}

Test(check, second)
{
    for (int matrix = 0; matrix < 2; matrix++) {
        cr_assert_eq(judge_second(matrix), 0);
        asymmetry = 1e-9;
        cr_assert_neq(judge_second(matrix), 0, "asymmetry was accepted");
        asymmetry = 0;
        scaling = 1 + 1e-3;
        cr_assert_neq(judge_second(matrix), 0, "a wrong second derivative was accepted");
        scaling = 1;
    }
    kept = 0;
    cr_assert_neq(judge_second(false), 0, "h_ was overwritten");
}
