// check: --set n=6 --set m=3 --range x=-2:2 --range w=0.2:1.2
/* Terms that only some iterations have. In the functions that start with `in_` what reverses the way to such a term is done only where there is one; in
 * those with `all_` it may not be, or need not: skip.sh looks. */
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double in_pairs(AD_LEN(3 * n) const double *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            double r2 = 0.3;
            for (int k = 0; k < 3; k++) {
                double d = x[3 * i + k] - x[3 * j + k];
                r2 += d * d;
            }
            if (r2 >= 6)
                continue;
            sum += 1 / r2 - 1 / 6.0;
        }
    return sum;
}

/* A hinge; zero is on the first side. */
AD_GRAD(w)
double in_hinge(AD_LEN(n) const double *w, AD_LEN(n * m) const double *x, int n, int m)
{
    double loss = 0;
    for (int r = 0; r < m; r++) {
        double margin = 0.2;
        for (int k = 0; k < n; k++)
            margin -= w[k] * x[r * n + k];
        if (margin < 0)
            loss += 0.01 * r;
        else
            loss += margin * margin;
    }
    return loss;
}

/* The derivative of x[i] is a sum in a scalar, the other's is added to memory. */
AD_GRAD(x)
double in_near(AD_LEN(n) const double *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double d = x[i] - x[j], r2 = d * d + 0.1;
            if (j != i && r2 < 2)
                sum += log(r2) / r2;
        }
    return sum;
}

/* Zero on a way through each side: there is no one place for the rest. */
AD_GRAD(x, w)
double all_shells(AD_LEN(n) const double *x, AD_LEN(n) const double *w, int n, int m)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        double r = 0.4;
        for (int k = 0; k < m; k++)
            r += w[k] * x[i] * x[i];
        if (r < 1) {
            if (r < 0.7)
                sum += sqrt(r);
        } else if (r > 2) {
            sum -= w[i] / r;
        }
    }
    return sum;
}

/* Every iteration has a term. */
AD_GRAD(x)
double all_terms(AD_LEN(n) const double *x, int n, int m)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        double r = 0.3;
        for (int k = 0; k < m; k++)
            r += x[i] * x[(i + k) % n];
        sum += 0.5 * r;
        if (r > 0.5)
            sum += 1 / r;
    }
    return sum;
}

/* What reaches x in each iteration comes from the next one: zero only at first. */
AD_GRAD(x)
double all_chain(AD_LEN(n) const double *x, int n, int m)
{
    double s = 0.5;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < m; k++)
            s += 0.1 * x[i] * s;
        if (s > 0.6)
            s = 1 / s;
    }
    return s;
}

/* A product and a sum are cheaper than a branch: such loops are vectorised. */
AD_GRAD(w)
double all_cheap(AD_LEN(n) const double *w, AD_LEN(n) const double *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        double h = w[i] * x[i];
        if (h > 0.1)
            sum += h * h;
    }
    return sum;
}

/* The derivative of p[k] is taken and cleared in each iteration, whatever it is. */
AD_VJP(x -> p)
void all_cleared(AD_LEN(m) double *p, AD_LEN(n) const double *x, int n, int m)
{
    for (int i = 0; i < n; i++) {
        double r = 0;
        for (int k = 0; k < m; k++) {
            r += p[k] * 0.3;
            p[k] = x[i] * x[i] + k;
        }
        if (r > 1)
            p[0] += 1 / r;
    }
}

/* A unit that is off has no derivative: its inputs' loops are left out. */
AD_GRAD(w, x)
double in_units(AD_LEN(n *m) const double *w, AD_LEN(n) const double *x, int n, int m)
{
    double sum = 0;
    for (int u = 0; u < m; u++) {
        double a = -0.3;
        for (int k = 0; k < n; k++)
            a += w[u * n + k] * x[k] * x[k];
        a = a > 0 ? a : 0;
        sum += a * a;
    }
    return sum;
}

/* One that is nearly off has. */
AD_GRAD(w, x)
double all_leaky(AD_LEN(n *m) const double *w, AD_LEN(n) const double *x, int n, int m)
{
    double sum = 0;
    for (int u = 0; u < m; u++) {
        double a = -0.3;
        for (int k = 0; k < n; k++)
            a += w[u * n + k] * x[k] * x[k];
        a = a > 0 ? a : 0.01 * a;
        sum += a * a;
    }
    return sum;
}

/* A product and a sum, but one is stored under the condition: such loops are not vectorised. */
AD_GRAD(x, w)
double in_reach(AD_LEN(n) const double *x, AD_LEN(n) const double *w, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double d = x[i] - x[j], q = 1.5 - d * d;
            if (q > 0)
                sum += w[j] * q * q;
        }
    return sum;
}
