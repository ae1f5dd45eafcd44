/* Each generated function as INTERFACE says it is called, against central differences of the primal. */
#include <adgen_rt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"

double vec(S s, const S *p, double b, const double *x, double *y, double w[2][3], double *tmp, int n);
double obj(S s, const S *p, double b, const double *x, double *y, double w[2][3], double *tmp, int n);
double flat(double b, const double *x, double *y, double w[2][3], double *tmp, int n);
double flat_obj(double b, const double *x, double *y, double w[2][3], double *tmp, int n);
extern double gain[2];

enum { N = 4, IN = 3 + 3 + 1 + N + 6 + 2, OUT = N + 6 + 2 + 1, FLAT = 1 + N + 6 + 2, SKIP = IN - FLAT };

/* All that is differentiated, and one shadow of each. */
typedef struct {
    S s, p;
    double b, x[N], y[N], w[2][3], tmp[N], gain[2], result;
} All;

static All base(void)
{
    All a = {.s = {0.9, 2, {1.2, 0.4}}, .p = {0.8, 1, {0.3, 1.5}}, .b = 0.6, .gain = {0.7, 1.1}};
    for (int i = 0; i < N; i++)
        a.x[i] = 0.4 + 0.3 * i;
    for (int i = 0; i < 6; i++)
        a.w[i / 3][i % 3] = 0.2 + 0.1 * i;
    return a;
}

/* Places in the order of a Jacobian's columns and rows. */
static double *in(All *a, int i)
{
    double *at[IN] = {&a->s.a, &a->s.v[0], &a->s.v[1], &a->p.a, &a->p.v[0], &a->p.v[1], &a->b};
    int n = 7;
    for (int k = 0; k < N; k++)
        at[n++] = &a->x[k];
    for (int k = 0; k < 6; k++)
        at[n++] = &a->w[k / 3][k % 3];
    at[n++] = &a->gain[0];
    at[n++] = &a->gain[1];
    return at[i];
}

static double *out(All *a, int i)
{
    if (i < N)
        return &a->y[i];
    if (i < N + 6)
        return &a->w[(i - N) / 3][(i - N) % 3];
    return i < N + 8 ? &a->gain[i - N - 6] : &a->result;
}

typedef double (*Run)(All *a);

static double run_vec(All *a)
{
    memcpy(gain, a->gain, sizeof gain);
    a->result = vec(a->s, &a->p, a->b, a->x, a->y, a->w, a->tmp, N);
    memcpy(a->gain, gain, sizeof gain);
    return a->result;
}

static double run_obj(All *a)
{
    memcpy(gain, a->gain, sizeof gain);
    return a->result = obj(a->s, &a->p, a->b, a->x, a->y, a->w, a->tmp, N);
}

static void expect(double value, double wanted, double bound, const char *what, int i, int j)
{
    if (fabs(value - wanted) <= bound * (1 + fabs(wanted)))
        return;
    fprintf(stderr, "%s, %d, %d: %.12g, not %.12g\n", what, i, j, value, wanted);
    exit(1);
}

static double J[OUT][IN], H[IN][IN], G[IN];

static void differences(void)
{
    double h = 1e-5;
    for (int j = 0; j < IN; j++) {
        All a = base(), c = base();
        *in(&a, j) += h;
        *in(&c, j) -= h;
        run_vec(&a);
        run_vec(&c);
        for (int i = 0; i < OUT; i++)
            J[i][j] = (*out(&a, i) - *out(&c, i)) / (2 * h);
    }
}

static void same_primal(All *a)
{
    All b = base();
    run_vec(&b);
    memcpy(a->gain, gain, sizeof gain);
    for (int i = 0; i < OUT; i++)
        if (*out(a, i) != *out(&b, i))
            expect(*out(a, i), *out(&b, i), 0, "a value of the primal", i, 0);
}

static All seeds(void)
{
    All d;
    memset(&d, 0, sizeof d);
    for (int i = 0; i < OUT; i++)
        *out(&d, i) = 0.3 - 0.17 * i + 0.03 * i * i;
    return d;
}

/* What is in d after a reverse sweep: added to for what is only read, overwritten for w and gain. */
static void check_reverse(const All *before, All *after, const char *what)
{
    All seed = *before;
    for (int j = 0; j < IN; j++) {
        double sum = 0;
        for (int i = 0; i < OUT; i++)
            sum += *out(&seed, i) * J[i][j];
        expect(*in(after, j) - (j < 7 + N ? *in(&seed, j) : 0), sum, 1e-7, what, j, 0);
    }
    for (int i = 0; i < N; i++)
        expect(after->y[i], 0, 0, "d_y, which is overwritten", i, 0);
}

static void reverse(int how)
{
    All a = base(), d = seeds(), before;
    for (int j = 0; j < 7 + N; j++)
        *in(&d, j) = 0.5 * j;
    before = d;
    memcpy(gain, a.gain, sizeof gain);
    if (how == 0)
        a.result = vec_vjp(a.s, &a.p, a.b, a.x, a.y, a.w, a.tmp, N, &d.s, &d.p, &d.b, d.x, d.y, d.w, d.tmp, d.result, d.gain);
    else if (how == 1)
        a.result = vec_again(a.s, &a.p, a.b, a.x, a.y, a.w, a.tmp, N, &d.s, &d.p, &d.b, d.x, d.y, d.w, d.tmp, d.result, d.gain);
    else {
        All other = base();
        ad_tape *tape = vec_fwd(a.s, &a.p, a.b, a.x, a.y, a.w, a.tmp, N, &a.result);
        double left[2] = {gain[0], gain[1]};
        other.b = 0.1; /* another pair in between */
        other.gain[0] = 0.2;
        memcpy(gain, other.gain, sizeof gain);
        ad_tape *second = vec_fwd(other.s, &other.p, other.b, other.x, other.y, other.w, other.tmp, N, &other.result);
        All waste = seeds();
        vec_rev(second, other.s, &other.p, other.b, other.x, other.y, other.w, other.tmp, N, &waste.s, &waste.p, &waste.b, waste.x, waste.y,
                waste.w, waste.tmp, waste.result, waste.gain);
        memcpy(gain, left, sizeof gain);
        vec_rev(tape, a.s, &a.p, a.b, a.x, a.y, a.w, a.tmp, N, &d.s, &d.p, &d.b, d.x, d.y, d.w, d.tmp, d.result, d.gain);
    }
    same_primal(&a);
    check_reverse(&before, &d, how == 0 ? "vjp" : how == 1 ? "vjp by another name" : "split");
}

static void forward(void)
{
    All a = base(), v;
    memset(&v, 0, sizeof v);
    for (int j = 0; j < IN; j++)
        *in(&v, j) = 0.2 + 0.1 * j - 0.01 * j * j;
    All t = v;
    t.y[1] = 17; /* overwritten */
    memcpy(gain, a.gain, sizeof gain);
    a.result = vec_jvp(a.s, &a.p, a.b, a.x, a.y, a.w, a.tmp, N, v.s, &v.p, v.b, v.x, t.y, t.w, t.tmp, &t.result, t.gain);
    same_primal(&a);
    for (int i = 0; i < OUT; i++) {
        double sum = 0;
        for (int j = 0; j < IN; j++)
            sum += J[i][j] * *in(&v, j);
        expect(*out(&t, i), sum, 1e-7, "jvp", i, 0);
    }
}

static void matrices(void)
{
    static double dense[OUT][IN];
    All a = base();
    memcpy(gain, a.gain, sizeof gain);
    vec_jac(a.s, &a.p, a.b, a.x, a.y, a.w, a.tmp, N, &dense[0][0]);
    for (int i = 0; i < OUT; i++)
        for (int j = 0; j < IN; j++)
            expect(dense[i][j], J[i][j], 1e-7, "jacobian", i, j);
    ad_csr s = {0};
    double *value = NULL;
    for (int run = 0; run < 2; run++) {
        a = base();
        memcpy(gain, a.gain, sizeof gain);
        vec_sparse(a.s, &a.p, a.b, a.x, a.y, a.w, a.tmp, N, &s, &value);
        static double back[OUT][IN];
        memset(back, 0, sizeof back);
        for (size_t i = 0; i < s.rows; i++)
            for (size_t k = s.row_start[i]; k < s.row_start[i + 1]; k++)
                back[i][s.column[k]] = value[k];
        for (int i = 0; i < OUT; i++)
            for (int j = 0; j < IN; j++)
                expect(back[i][j], dense[i][j], 1e-12, "sparse jacobian", i, j);
    }
    free(value);
    ad_csr_free(&s);
}

static void gradient(All *a, All *d)
{
    memcpy(gain, a->gain, sizeof gain);
    a->result = obj_grad(a->s, &a->p, a->b, a->x, a->y, a->w, a->tmp, N, &d->s, &d->p, &d->b, d->x, d->w, d->tmp, d->gain);
}

static void second(void)
{
    double h = 1e-5;
    for (int j = 0; j < IN; j++) {
        All a = base(), c = base(), da, dc;
        memset(&da, 0, sizeof da);
        memset(&dc, 0, sizeof dc);
        *in(&a, j) += h;
        *in(&c, j) -= h;
        gradient(&a, &da);
        gradient(&c, &dc);
        G[j] = (a.result - c.result) / (2 * h);
        for (int i = 0; i < IN; i++)
            H[i][j] = (*in(&da, i) - *in(&dc, i)) / (2 * h);
    }
    All a = base(), v, d, hv;
    memset(&d, 0, sizeof d);
    memset(&hv, 0, sizeof hv);
    memset(&v, 0, sizeof v);
    for (int j = 0; j < IN; j++) {
        *in(&v, j) = 0.2 + 0.1 * j - 0.01 * j * j;
        *in(&d, j) = 3;
        *in(&hv, j) = -2;
    }
    memcpy(gain, a.gain, sizeof gain);
    double r = obj_hvp(a.s, &a.p, a.b, a.x, a.y, a.w, a.tmp, N, v.s, &v.p, v.b, v.x, v.w, v.tmp, v.gain, &d.s, &d.p, &d.b, d.x, d.w, d.tmp,
                       d.gain, &hv.s, &hv.p, &hv.b, hv.x, hv.w, hv.tmp, hv.gain);
    All primal = base();
    expect(r, run_obj(&primal), 0, "result of hvp", 0, 0);
    for (int i = 0; i < IN; i++) {
        double sum = 0;
        for (int j = 0; j < IN; j++)
            sum += H[i][j] * *in(&v, j);
        expect(*in(&d, i), 3 + G[i], 1e-7, "gradient of hvp", i, 0);
        expect(*in(&hv, i), -2 + sum, 1e-7, "hvp", i, 0);
    }
    static double dense[IN][IN];
    a = base();
    memcpy(gain, a.gain, sizeof gain);
    obj_hess(a.s, &a.p, a.b, a.x, a.y, a.w, a.tmp, N, &dense[0][0]);
    for (int i = 0; i < IN; i++)
        for (int j = 0; j < IN; j++)
            expect(dense[i][j], H[i][j], 1e-7, "hessian", i, j);
}

/* ---- several directions: the same arrays with a last index */
enum { K = 3, K2 = 2 };

typedef struct {
    double b[K], x[N][K], y[N][K], w[2][3][K], tmp[N][K], gain[2][K], result[K];
} Several;

static double *in_flat(Several *d, int j, int k)
{
    if (j == 0)
        return &d->b[k];
    if (j < 1 + N)
        return &d->x[j - 1][k];
    return j < 7 + N ? &d->w[(j - 1 - N) / 3][(j - 1 - N) % 3][k] : &d->gain[j - 7 - N][k];
}

static double *out_flat(Several *d, int i, int k)
{
    if (i < N)
        return &d->y[i][k];
    if (i < N + 6)
        return &d->w[(i - N) / 3][(i - N) % 3][k];
    return i < N + 8 ? &d->gain[i - N - 6][k] : &d->result[k];
}

static void several_reverse(int split)
{
    All a = base();
    Several d, seed;
    memset(&d, 0, sizeof d);
    for (int i = 0; i < OUT; i++)
        for (int k = 0; k < K; k++)
            *out_flat(&d, i, k) = 0.3 - 0.17 * i + 0.05 * i * k;
    seed = d;
    memcpy(gain, a.gain, sizeof gain);
    if (split) {
        ad_tape *tape = flat3_fwd(a.b, a.x, a.y, a.w, a.tmp, N, &a.result);
        flat3_rev(tape, a.b, a.x, a.y, a.w, a.tmp, N, d.b, &d.x[0][0], &d.y[0][0], d.w, &d.tmp[0][0], d.result, &d.gain[0][0]);
    } else {
        a.result = flat_vjp(a.b, a.x, a.y, a.w, a.tmp, N, d.b, &d.x[0][0], &d.y[0][0], d.w, &d.tmp[0][0], d.result, &d.gain[0][0]);
    }
    same_primal(&a);
    for (int j = 0; j < FLAT; j++)
        for (int k = 0; k < K; k++) {
            double sum = 0;
            for (int i = 0; i < OUT; i++)
                sum += *out_flat(&seed, i, k) * J[i][SKIP + j];
            expect(*in_flat(&d, j, k), sum, 1e-7, split ? "split, several seeds" : "vjp, several seeds", j, k);
        }
}

static void several_forward(void)
{
    All a = base();
    Several v;
    memset(&v, 0, sizeof v);
    for (int j = 0; j < FLAT; j++)
        for (int k = 0; k < K; k++)
            *in_flat(&v, j, k) = 0.2 + 0.1 * j - 0.04 * j * k;
    Several t = v;
    memcpy(gain, a.gain, sizeof gain);
    a.result = flat_jvp(a.b, a.x, a.y, a.w, a.tmp, N, v.b, &v.x[0][0], &t.y[0][0], t.w, &t.tmp[0][0], t.result, &t.gain[0][0]);
    same_primal(&a);
    for (int i = 0; i < OUT; i++)
        for (int k = 0; k < K; k++) {
            double sum = 0;
            for (int j = 0; j < FLAT; j++)
                sum += J[i][SKIP + j] * *in_flat(&v, j, k);
            expect(*out_flat(&t, i, k), sum, 1e-7, "jvp, several tangents", i, k);
        }
}

static void several_second(void)
{
    All a = base();
    double vb[K2], vx[N][K2], vw[2][3][K2], vt[N][K2], vg[2][K2], db[K2] = {0}, dx[N][K2] = {{0}}, dw[2][3][K2] = {{{0}}}, dt[N][K2] = {{0}},
           dg[2][K2] = {{0}}, hb[K2] = {0}, hx[N][K2] = {{0}}, hw[2][3][K2] = {{{0}}}, ht[N][K2] = {{0}}, hg[2][K2] = {{0}};
    memset(vt, 0, sizeof vt);
    double *v[FLAT], *d[FLAT], *h[FLAT];
    int n = 0;
    v[n] = vb, d[n] = db, h[n++] = hb;
    for (int i = 0; i < N; i++)
        v[n] = vx[i], d[n] = dx[i], h[n++] = hx[i];
    for (int i = 0; i < 6; i++)
        v[n] = vw[i / 3][i % 3], d[n] = dw[i / 3][i % 3], h[n++] = hw[i / 3][i % 3];
    for (int i = 0; i < 2; i++)
        v[n] = vg[i], d[n] = dg[i], h[n++] = hg[i];
    for (int j = 0; j < FLAT; j++)
        for (int k = 0; k < K2; k++)
            v[j][k] = 0.2 + 0.1 * j - 0.04 * j * k;
    memcpy(gain, a.gain, sizeof gain);
    flat_obj_hvp(a.b, a.x, a.y, a.w, a.tmp, N, vb, &vx[0][0], vw, &vt[0][0], &vg[0][0], db, &dx[0][0], dw, &dt[0][0], &dg[0][0], hb, &hx[0][0], hw,
                 &ht[0][0], &hg[0][0]);
    for (int i = 0; i < FLAT; i++)
        for (int k = 0; k < K2; k++) {
            double sum = 0;
            for (int j = 0; j < FLAT; j++)
                sum += H[SKIP + i][SKIP + j] * v[j][k];
            expect(d[i][k], G[SKIP + i], 1e-7, "gradient of hvp, several directions", i, k);
            expect(h[i][k], sum, 1e-7, "hvp, several directions", i, k);
        }
    All e = base(), de;
    memset(&de, 0, sizeof de);
    memcpy(gain, e.gain, sizeof gain);
    flat_obj_grad(e.b, e.x, e.y, e.w, e.tmp, N, &de.b, de.x, de.w, de.tmp, de.gain);
    for (int i = 0; i < FLAT; i++)
        expect(*in(&de, SKIP + i), G[SKIP + i], 1e-7, "gradient", i, 0);
}

int main(void)
{
    differences();
    for (int how = 0; how < 3; how++)
        reverse(how);
    forward();
    matrices();
    second();
    several_reverse(0);
    several_reverse(1);
    several_forward();
    several_second();
    return 0;
}
