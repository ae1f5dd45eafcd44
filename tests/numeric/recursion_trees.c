// check: --set n=6
// construct: functions: recursion over trees and lists, mutual recursion
// directions: is a struct or a pointer to pointers
// Trees and lists walked recursively, mutual recursion, scratch arrays in each call, sorting, adaptive quadrature.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <adgen.h>

struct node {
    double v, w;
    struct node *l, *r;
};

static double eval(const struct node *t, double x)
{
    if (!t)
        return x;
    double a = eval(t->l, x * t->v), b = eval(t->r, x + t->w);
    return sin(a) * b + t->v;
}

AD_GRAD(t, x)
double tree(const struct node *t, double x)
{
    return eval(t, x) * x;
}

/* Writes what it passes. */
static double age(struct node *t, double rate)
{
    if (!t)
        return 0;
    t->v = t->v * exp(-rate) + t->w * t->w;
    double below = age(t->l, rate * t->v);
    if (t->l)
        t->w += t->l->v;
    return below + age(t->r, rate) + t->w * rate;
}

AD_VJP(t -> t)
double aged(struct node *t, double rate)
{
    return age(t, rate);
}

AD_GRAD(t, rate)
double aged_twice(struct node *t, double rate)
{
    double s = age(t, rate);
    return s * age(t, rate * 0.5) + t->v;
}

struct cell {
    double x;
    struct cell *next;
};

static double continued(const struct cell *c)
{
    return c->next ? c->x + 1 / (1 + continued(c->next) * c->x) : c->x;
}

/* A list that is built here. */
AD_GRAD(x)
double fraction(AD_LEN(n) const double *x, int n)
{
    struct cell cells[8];
    for (int i = 0; i < n; i++) {
        cells[i].x = x[i] * x[i] + 1;
        cells[i].next = i + 1 < n ? &cells[i + 1] : NULL;
    }
    return continued(cells) * continued(&cells[n / 2]);
}

/* An expression: each function calls the next, the last the first. */
static double sum(const double *x, int n, int depth);
static double product(const double *x, int n, int depth);

static double factor(const double *x, int n, int depth)
{
    return depth > 0 && n > 1 ? sum(x, n, depth - 1) : x[0] * x[0];
}

static double product(const double *x, int n, int depth)
{
    double p = 1;
    for (int i = 0; i + 1 < n; i += 2)
        p *= factor(x + i, 2, depth) + 0.5;
    return p;
}

static double sum(const double *x, int n, int depth)
{
    double s = product(x, n, depth);
    if (n > 2)
        s += product(x + 2, n - 2, depth) * sum(x + 1, n - 1, depth);
    return s;
}

AD_GRAD(x)
double grammar(AD_LEN(n) const double *x, int n)
{
    return log(1 + sum(x, n, 2));
}

static double even(double x, int n);
static double odd(double x, int n)
{
    return n ? x * even(x, n - 1) : x;
}
static double even(double x, int n)
{
    return n ? x + odd(x * 0.9, n - 1) : 1;
}

AD_GRAD(x)
double parity(double x, int n)
{
    return odd(x, n) * even(x, 4);
}

/* Arrays of each call's own, of constant and of run-time size, and from malloc. */
static void transform(double *re, double *im, int n)
{
    if (n == 1)
        return;
    int h = n / 2;
    double even_re[h], even_im[h], *odd_re = malloc(sizeof *odd_re * (size_t)h), odd_im[16];
    for (int k = 0; k < h; k++) {
        even_re[k] = re[2 * k];
        even_im[k] = im[2 * k];
        odd_re[k] = re[2 * k + 1];
        odd_im[k] = im[2 * k + 1];
    }
    transform(even_re, even_im, h);
    transform(odd_re, odd_im, h);
    for (int k = 0; k < h; k++) {
        double c = cos(6.283185307179586 * k / n), s = -sin(6.283185307179586 * k / n);
        double tr = c * odd_re[k] - s * odd_im[k], ti = c * odd_im[k] + s * odd_re[k];
        re[k] = even_re[k] + tr;
        im[k] = even_im[k] + ti;
        re[k + h] = even_re[k] - tr;
        im[k + h] = even_im[k] - ti;
    }
    free(odd_re);
}

AD_GRAD(x)
double spectrum(AD_LEN(8) const double *x)
{
    double re[8], im[8] = {0}, s = 0;
    for (int i = 0; i < 8; i++)
        re[i] = x[i];
    transform(re, im, 8);
    for (int i = 0; i < 8; i++)
        s += log(1 + re[i] * re[i] + im[i] * im[i]) * (i + 1);
    return s;
}

static void quicksort(double *x, int n)
{
    if (n < 2)
        return;
    double pivot = x[n / 2];
    int i = 0, j = n - 1;
    for (;;) {
        while (x[i] < pivot)
            i++;
        while (x[j] > pivot)
            j--;
        if (i >= j)
            break;
        double t = x[i];
        x[i++] = x[j];
        x[j--] = t;
    }
    quicksort(x, i);
    quicksort(x + i, n - i);
}

AD_GRAD(x; work)
double sorted(AD_LEN(n) const double *x, AD_LEN(n) double *work, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        work[i] = sin(7 * x[i]);
    quicksort(work, n);
    for (int i = 0; i < n; i++)
        s += (i + 1) * work[i] * work[i];
    return s;
}

static double bump(double x, double k)
{
    return exp(-k * x * x);
}

static double simpson(double a, double b, double fa, double fm, double fb, double whole, double eps, double k, int depth)
{
    double m = 0.5 * (a + b), lm = 0.5 * (a + m), rm = 0.5 * (m + b);
    double flm = bump(lm, k), frm = bump(rm, k);
    double left = (m - a) / 6 * (fa + 4 * flm + fm), right = (b - m) / 6 * (fm + 4 * frm + fb);
    double delta = left + right - whole;
    if (depth <= 0 || fabs(delta) <= 15 * eps)
        return left + right + delta / 15;
    return simpson(a, m, fa, flm, fm, left, eps / 2, k, depth - 1) + simpson(m, b, fm, frm, fb, right, eps / 2, k, depth - 1);
}

AD_GRAD(b, k)
double integral(double b, double k)
{
    double fa = bump(0, k), fb = bump(b, k), fm = bump(b / 2, k);
    return simpson(0, b, fa, fm, fb, b / 6 * (fa + 4 * fm + fb), 1e-6, k, 12);
}

/* Optional output, optional input. */
static double maybe(const double *x, const double *w, double *out, int n)
{
    if (n == 0)
        return 1;
    double r = maybe(x + 1, w ? w + 1 : NULL, out ? out + 1 : NULL, n - 1) * (w ? w[0] : 0.5) + x[0];
    if (out)
        out[0] = r * r;
    return r;
}

AD_VJP(x, w -> y)
double given(AD_LEN(n) const double *x, AD_LEN(n) const double *w, AD_LEN(n) double *y, int n)
{
    return maybe(x, NULL, y, n) * maybe(x, w, NULL, n);
}
