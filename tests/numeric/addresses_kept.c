// Addresses of arguments in structs, lists and recursive functions: with --split (tests/split.sh) their shadows are of their own.
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* adaptive Simpson: the context has the coefficients' address */
typedef struct {
    const double *c;
    int degree;
    double shift;
} context;
static double value(double x, const context *k)
{
    double r = 0;
    for (int i = k->degree; i-- > 0;)
        r = r * x + k->c[i];
    return r * sin(k->shift * x);
}
static double simpson(const context *k, double a, double fa, double m, double fm, double b, double fb, double whole, int depth)
{
    double lm = (a + m) / 2, rm = (m + b) / 2, flm = value(lm, k), frm = value(rm, k);
    double l = (m - a) / 6 * (fa + 4 * flm + fm), r = (b - m) / 6 * (fm + 4 * frm + fb), d = l + r - whole;
    if (depth <= 0 || fabs(d) < 1e-9)
        return l + r + d / 15;
    return simpson(k, a, fa, lm, flm, m, fm, l, depth - 1) + simpson(k, m, fm, rm, frm, b, fb, r, depth - 1);
}
AD_VJP(c, a, b, shift)
double integral(AD_LEN(n) const double *c, int n, double a, double b, double shift)
{
    context k = {c, n, shift};
    double m = 0.5 * (a + b), fa = value(a, &k), fm = value(m, &k), fb = value(b, &k);
    return simpson(&k, a, fa, m, fm, b, fb, (b - a) / 6 * (fa + 4 * fm + fb), 6);
}

/* seeds behind a stored address */
struct leaf {
    const double *in;
    double *out;
    struct leaf *next;
};
AD_VJP(x -> y)
void tree_sums(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    struct leaf *head = NULL;
    for (int i = 0; i < n; i++) {
        struct leaf *l = malloc(sizeof *l);
        if (!l)
            abort();
        l->in = x + (i * 2) % n;
        l->out = y + i;
        l->next = head;
        head = l;
    }
    for (struct leaf *l = head; l; l = l->next)
        *l->out = *l->in * *l->in + (l->next ? *l->next->in : 1) * *l->out;
    while (head) {
        struct leaf *next = head->next;
        free(head);
        head = next;
    }
}

/* overwritten by a recursive function: an independent, scratch, what comes in and out */
static void halve(double *x, double *work, int n)
{
    if (n < 2) {
        work[0] = x[0] * x[0];
        x[0] = sin(work[0]);
        return;
    }
    halve(x, work, n / 2);
    halve(x + n / 2, work + n / 2, n - n / 2);
    x[0] *= x[n / 2] * work[n - 1];
}
AD_VJP(x, y; work)
double filled(AD_LEN(n) double *x, AD_LEN(n) double *work, double y, int n)
{
    double s = x[n - 1] * y;
    halve(x, work, n);
    for (int i = 0; i < n; i++)
        s += x[i] * (i + y);
    return s;
}
AD_VJP(x -> x; work)
void inout(AD_LEN(n) double *x, AD_LEN(n) double *work, int n)
{
    halve(x, work, n);
    x[n - 1] += x[0];
}
