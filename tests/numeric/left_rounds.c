// construct: control flow: loops that are left early and count from 1, downwards, in steps of two or three, to `!=`
// check: --set n=6 --set m=2 --set lda=4
#include <math.h>
#include <adgen.h>

#define ABD(i, j) abd[((j) - 1) * lda + (i) - 1]

/* Cholesky factors of a band, as in LINPACK: the diagonal is row m + 1. *info: where it stopped. */
static void spbfa(double *abd, int lda, int n, int m, int *info)
{
    for (int j = 1; j <= n; j++) {
        *info = j;
        double s = 0;
        int ik = m + 1, jk = j - m > 1 ? j - m : 1, mu = m + 2 - j > 1 ? m + 2 - j : 1;
        for (int k = mu; k <= m; k++) {
            double t = ABD(k, j);
            for (int i = 1; i <= k - mu; i++)
                t -= ABD(ik + i - 1, jk) * ABD(mu + i - 1, j);
            t /= ABD(m + 1, jk);
            ABD(k, j) = t;
            s += t * t;
            ik--;
            jk++;
        }
        s = ABD(m + 1, j) - s;
        if (s <= 0)
            return;
        ABD(m + 1, j) = sqrt(s);
    }
    *info = 0;
}

/* shift is added to the diagonal: low enough, and the matrix is not definite. */
static double band(double *abd, int lda, int n, int m, double shift)
{
    int info;
    double s = 0;
    for (int j = 1; j <= n; j++)
        ABD(m + 1, j) += shift;
    spbfa(abd, lda, n, m, &info);
    for (int j = 1; j <= (info ? info - 1 : n); j++)
        s += 2 * log(ABD(m + 1, j));
    return s + info;
}

AD_GRAD(abd)
double band_definite(AD_LEN(lda * n) double *abd, int lda, int n, int m)
{
    return band(abd, lda, n, m, 5);
}

AD_GRAD(abd)
double band_left(AD_LEN(lda * n) double *abd, int lda, int n, int m)
{
    abd[3 * lda + m] -= 7; /* the fourth pivot */
    return band(abd, lda, n, m, 5);
}

/* Backwards, to a pivot that is 0. */
static double back(const double *u, const double *b, int n, int zero, double *x)
{
    double r = 0;
    for (int i = 0; i < n; i++)
        x[i] = 0;
    for (int i = n - 1; i >= 0; i--) {
        double s = b[i];
        for (int j = i + 1; j < n; j++)
            s -= u[i * n + j] * x[j];
        double d = i == zero ? 0 : 2 + u[i * n + i];
        if (fabs(d) < 1e-12)
            break;
        x[i] = s / d;
    }
    for (int i = 0; i < n; i++)
        r += x[i] * x[i];
    return r;
}

AD_GRAD(u, b; x)
double back_all(AD_LEN(n * n) const double *u, AD_LEN(n) const double *b, int n, AD_LEN(n) double *x)
{
    return back(u, b, n, -1, x);
}

AD_GRAD(u, b; x)
double back_left(AD_LEN(n * n) const double *u, AD_LEN(n) const double *b, int n, AD_LEN(n) double *x)
{
    return back(u, b, n, 2, x);
}

/* ... left in the first round, and never entered. */
AD_GRAD(u, b; x)
double back_at_once(AD_LEN(n * n) const double *u, AD_LEN(n) const double *b, int n, AD_LEN(n) double *x)
{
    return back(u, b, n, n - 1, x) + b[0] * b[0];
}

AD_GRAD(u, b; x)
double back_none(AD_LEN(n * n) const double *u, AD_LEN(n) const double *b, int n, AD_LEN(n) double *x)
{
    return back(u, b, n - n, 0, x) + b[0] * b[0];
}

/* The bound does not belong to it. */
AD_GRAD(x)
double down_to_one(AD_LEN(n) const double *x, int n, double most)
{
    double s = 0.1;
    for (int i = n; i > 0; i--) {
        s += exp(s) * x[i - 1] * x[i - 1];
        if (s > 10 * most + 0.5)
            break;
        s *= 0.5;
    }
    return s;
}

static double strides(const double *x, int n, double most)
{
    double s = 1;
    for (int i = 0; i < n; i += 2) {
        s = s * exp(x[i]) + x[i];
        if (s > most)
            return s * s;
    }
    for (int i = n - 1; i >= 1; i -= 3) {
        s += sin(s) * x[i];
        if (s > 2 * most)
            break;
        s *= 1.5;
    }
    return s;
}

AD_GRAD(x)
double strides_all(AD_LEN(n) const double *x, int n)
{
    return strides(x, n, 1e9);
}

AD_GRAD(x)
double strides_left(AD_LEN(n) const double *x, int n)
{
    return strides(x, n, 1.5);
}

AD_GRAD(x)
double strides_left_late(AD_LEN(n) const double *x, int n)
{
    return strides(x, n, 4);
}

/* `!=` */
AD_GRAD(x)
double to_unequal(AD_LEN(n) const double *x, int n, double most)
{
    double s = 1;
    int left = 0;
    for (int i = 0; i != n; i++)
        if (!left) {
            s += s * cos(x[i]);
            left = s > 3 + most;
        }
    return s;
}

/* Nothing is known of where it begins: there may be no number before. */
AD_GRAD(x)
double from_anywhere(AD_LEN(n) const double *x, int n, int from, double most)
{
    double s = 1;
    for (int i = from; i <= n - 1; i++) {
        if (i >= 0)
            s += s * exp(x[i]);
        if (s > 10 + most)
            break;
    }
    return s;
}

/* Unsigned from 0 to a bound that belongs to it: no number before. From 1 there is. */
AD_GRAD(x)
double unsigned_rounds(AD_LEN(n) const double *x, int n, double most)
{
    double s = 1;
    for (unsigned i = 0; i <= (unsigned)n - 1; i++) {
        s += s * exp(x[i]);
        if (s > 10 + most)
            break;
    }
    for (unsigned i = 1; i <= (unsigned)n; i++) {
        s += sin(s * x[i - 1]);
        if (s > 20 + most)
            break;
    }
    return s;
}

/* Left in an inner loop: the outer one goes on, or is left as well. */
AD_GRAD(a)
double two_levels(AD_LEN(n * n) const double *a, int n, double most)
{
    double s = 0.5;
    int stop = 0;
    for (int j = 1; j <= n && !stop; j++) {
        for (int i = j; i >= 1; i--) {
            s += a[(j - 1) * n + i - 1] * exp(0.1 * s);
            if (s > 3 + most) {
                stop = 1;
                break;
            }
            if (s < -1 - most)
                break;
        }
        s *= 0.9;
    }
    return s;
}

/* What is looked at first: the memory that the loop goes along. */
static double while_positive(const double *x, int n, int *end)
{
    double s = 1;
    int i = 0;
    while (i < n && x[i] > 0) {
        s = s * cos(x[i]) + x[i];
        i++;
    }
    *end = i;
    return s;
}

AD_GRAD(x)
double positive_all(AD_LEN(n) const double *x, int n)
{
    double y[8];
    int end;
    for (int i = 0; i < n; i++)
        y[i] = 1 + x[i] * x[i];
    double s = while_positive(y, n, &end);
    return s + end;
}

AD_GRAD(x)
double positive_some(AD_LEN(n) const double *x, int n)
{
    double y[8];
    int end;
    for (int i = 0; i < n; i++)
        y[i] = (i == 3 ? -1 : 1) * (1 + x[i] * x[i]);
    double s = while_positive(y, n, &end);
    return s + end;
}

AD_GRAD(x)
double positive_none(AD_LEN(n) const double *x, int n)
{
    double y[8] = {0};
    int end;
    y[1] = x[1] * x[1];
    double s = while_positive(y, n, &end);
    return (s + end) * x[0] + x[1];
}

/* Two ways out, of which one returns, and a third that memory decides. */
static double ways_out(const double *x, int n, double most)
{
    double s = 1;
    for (int i = 0; i < n; i++) {
        if (x[i] < -5)
            break;
        s = s * cos(x[i]) + 2 + x[i];
        if (s > most)
            return s * s;
        if (s < -most)
            break;
    }
    return s;
}

AD_GRAD(x)
double out_at_the_end(AD_LEN(n) const double *x, int n)
{
    return ways_out(x, n, 1e6);
}

AD_GRAD(x)
double out_by_return(AD_LEN(n) const double *x, int n)
{
    return ways_out(x, n, 2.5);
}

AD_GRAD(x)
double out_by_memory(AD_LEN(n) const double *x, int n)
{
    double y[8];
    for (int i = 0; i < n; i++)
        y[i] = i == 4 ? -6 : x[i] * x[i];
    return ways_out(y, n, 1e6);
}

AD_GRAD(x)
double out_by_break(AD_LEN(n) const double *x, int n)
{
    double y[8];
    for (int i = 0; i < n; i++)
        y[i] = x[i] * x[i] - 2.1 * i;
    return ways_out(y, n < 4 ? n : 4, 1.2);
}

/* Read before the bound is looked at, downwards; the loop writes what it reads next; the counter decides besides. */
AD_GRAD(x)
double more_ways(AD_LEN(n) const double *x, int n)
{
    double y[9] = {0}, s = 0.5;
    for (int i = 0; i < n; i++)
        y[i] = 1 + 0.1 * x[i];
    int i = n;
    while (y[i] < 0.5 || (i > 0 && y[i - 1] > 1e-3)) {
        i--;
        if (i < 0)
            break;
        s = s * cos(y[i]) + y[i];
    }
    for (i = 0; i + 1 < n && y[i] < 1.9; i++) {
        y[i + 1] += 0.3 * y[i];
        s += y[i + 1] * s;
    }
    for (int j = 0; j < n; j++) {
        if (j % 3 == 2 && s > 1)
            break;
        s += sin(y[j]) * s;
    }
    return s + i;
}

/* The counter that the loop ends with, and a counter that some rounds do not move: no counted loop. */
AD_GRAD(x)
double halting(AD_LEN(n) const double *x, int n)
{
    double s = 0.5;
    int i = 0, j = 0;
    while (i < n && x[i] > -100) {
        s = s * cos(x[i]) + x[i];
        if (++j % 2)
            i++;
    }
    for (i = 0; i < n && x[i] > -100; i++)
        if (x[i] > 1e4)
            return s * i;
        else
            s += x[i] * s;
    return s * i + j;
}

/* A flag that is a number, and which is used as one. */
AD_GRAD(x)
double numbered(AD_LEN(n) const double *x, int n)
{
    double s = 0.5;
    int code = 0;
    for (int i = 0; i < n && !code; i++) {
        s += s * exp(x[i]);
        code = s > 4 ? 3 : 0;
        s = s * (code + 1);
    }
    return s * code;
}

/* Two bounds, three, and two of which one belongs to it. */
AD_GRAD(x)
double near_bounds(AD_LEN(n) const double *x, int n, int m, int lda)
{
    double s = 0.5;
    for (int i = 0; i < n && i < m; i++)
        s += s * exp(x[i]);
    for (int i = n - 1; i >= 0 && i >= n - lda && i > m - 3; i--)
        s += s * sin(x[i]);
    for (int i = 0; i < n && i <= m && i < lda; i++)
        s += s * cos(x[i]);
    return s;
}
