// check: --set n=5 --set k=2 --range x=-2:2 --range w=0.2:1.2
/* What is subtracted before exp. In the functions that start with `all_` nothing depends on it, in those with `not_` something does, or may:
 * shift.sh looks which of them do without its derivative. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

AD_GRAD(x)
double all_logsumexp(AD_LEN(n) const double *x, int n)
{
    double top = x[0], sum = 0;
    for (int i = 1; i < n; i++)
        top = fmax(top, x[i]);
    for (int i = 0; i < n; i++)
        sum += exp(x[i] - top);
    return top + log(sum);
}

/* Any number will do, and no loop. */
AD_GRAD(x)
double all_mean_of_two(AD_LEN(n) const double *x, int n)
{
    double m = 0.5 * (x[0] + x[1]), a = exp(2 * (x[0] - m)), b = exp(2 * (x[1] - m));
    return n * (a - b) / sqrt(a * b) + 0.5 * log(a + b) + m;
}

static void softmax_in_place(double *p, int n)
{
    double top = -1e30, sum = 0;
    for (int i = 0; i < n; i++)
        if (p[i] > top)
            top = p[i];
    for (int i = 0; i < n; i++)
        sum += p[i] = exp(p[i] - top);
    double inverse = sum == 0 ? 0 : 1 / sum;
    for (int i = 0; i < n; i++)
        p[i] *= inverse;
}

AD_GRAD(x)
double all_rows(AD_LEN(n *n) const double *x, int n)
{
    double *p = malloc(n * sizeof *p), entropy = 0;
    for (int r = 0; r < n; r++) {
        for (int i = 0; i < n; i++)
            p[i] = x[r * n + i];
        softmax_in_place(p, n);
        for (int i = 0; i < n; i++)
            entropy -= p[i] * log(p[i]);
    }
    free(p);
    return entropy;
}

/* The unnormalised numbers stay behind in memory that nobody reads. */
AD_GRAD(x, w)
float all_weighted(AD_LEN(n) const float *x, AD_LEN(n) const float *w, int n)
{
    float e[16], top = x[0], sum = 0, result = 0;
    for (int i = 1; i < n; i++)
        if (top < x[i])
            top = x[i];
    for (int i = 0; i < n; i++) {
        e[i] = expf((x[i] - top) * 0.5f);
        sum += e[i];
    }
    for (int i = 0; i < n; i++)
        result += w[i] * (e[i] / sum);
    return result;
}

/* The caller's shift has no influence, and its derivative is 0. */
AD_GRAD(x, shift)
double all_given(AD_LEN(n) const double *x, double shift, int n)
{
    double sum = 0, weighted = 0;
    int i = 0;
    while (i < n) {
        double e = exp(x[i] - shift);
        sum += e;
        weighted += x[i] * e;
        i++;
    }
    return weighted / sum;
}

AD_VJP(x -> p)
void all_through(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n)
{
    double *e = malloc(n * sizeof *e), top = x[0], sum = 0;
    for (int i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
    for (int i = 0; i < n; i++) {
        e[i] = exp(x[i] - top);
        sum += e[i];
    }
    for (int i = 0; i < n; i++)
        e[i] /= sum;
    for (int i = 0; i < n; i++)
        p[i] = e[i];
    free(e);
}

/* ------------------------------------------------------------------ it does not cancel */

AD_GRAD(x)
double not_normalised(AD_LEN(n) const double *x, int n)
{
    double top = x[0], sum = 0;
    for (int i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
    for (int i = 0; i < n; i++)
        sum += exp(x[i] - top);
    return log(sum);
}

AD_GRAD(x)
double not_twice(AD_LEN(n) const double *x, int n)
{
    double top = x[0], sum = 0;
    for (int i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
    for (int i = 0; i < n; i++)
        sum += exp(x[i] - top);
    return log(sum) + 2 * top;
}

/* One more in the sum that does not change with the others. */
AD_GRAD(x)
double not_with_one(AD_LEN(n) const double *x, int n)
{
    double top = x[0], sum = 1;
    for (int i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
    for (int i = 0; i < n; i++)
        sum += exp(x[i] - top);
    return x[1] * exp(x[0] - top) / sum;
}

/* Only some of the elements are divided. */
AD_GRAD(x)
double not_all_divided(AD_LEN(n) const double *x, int n)
{
    double *p = malloc(n * sizeof *p), top = x[0], sum = 0, result = 0;
    for (int i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
    for (int i = 0; i < n; i++)
        sum += p[i] = exp(x[i] - top);
    for (int i = 1; i < n; i++)
        p[i] /= sum;
    for (int i = 0; i < n; i++)
        result += x[i] * p[i];
    free(p);
    return result;
}

/* ... or divided twice. */
AD_GRAD(x)
double not_once(AD_LEN(n) const double *x, int n, int k)
{
    double *p = calloc(n + 1, sizeof *p), top = x[0], sum = 0, result = 0;
    for (int i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
    for (int i = 0; i < n; i++)
        sum += p[i] = exp(x[i] - top);
    for (int i = 0; i < n; i++)
        p[i] /= sum;
    p[k] /= sum;
    for (int i = 0; i < n; i++)
        result += x[i] * p[i];
    free(p);
    return result;
}

/* One is read before it is divided. */
AD_GRAD(x)
double not_read_early(AD_LEN(n) const double *x, int n)
{
    double *p = malloc(n * sizeof *p), top = x[0], sum = 0, result = 0;
    for (int i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
    for (int i = 0; i < n; i++)
        sum += p[i] = exp(x[i] - top);
    for (int i = 0; i < n; i++) {
        p[i] /= sum;
        result += p[n - 1 - i] * x[i];
    }
    free(p);
    return result;
}

/* The next row reads what this one has left. */
AD_GRAD(x)
double not_left_behind(AD_LEN(n *n) const double *x, int n)
{
    double *e = malloc(n * sizeof *e), result = 0;
    for (int i = 0; i < n; i++)
        e[i] = 0.25;
    for (int r = 0; r < n; r++) {
        double top = x[r * n], sum = 0;
        for (int i = 1; i < n; i++)
            top = x[r * n + i] > top ? x[r * n + i] : top;
        for (int i = 0; i < n; i++) {
            result += x[r * n + i] * e[i];
            e[i] = exp(x[r * n + i] - top);
            sum += e[i];
        }
        for (int i = 0; i < n; i++)
            result += e[i] / sum;
    }
    free(e);
    return result;
}

/* A test of the numbers that are not divided yet. */
AD_GRAD(x)
double not_tested(AD_LEN(n) const double *x, int n)
{
    double top = x[0], sum = 0, some = 0;
    for (int i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
    for (int i = 0; i < n; i++) {
        double e = exp(x[i] - top);
        sum += e;
        some += e > 0.3 ? x[i] * e : 0;
    }
    return some / sum;
}

/* A part that is cut off. */
AD_GRAD(x)
double not_clamped(AD_LEN(n) const double *x, int n)
{
    double top = x[0], sum = 0;
    for (int i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
    for (int i = 0; i < n; i++)
        sum += exp(fmax(x[i] - top, -0.5));
    return log(sum) + top;
}

/* A shift that another number divides: not followed. */
AD_GRAD(x, t)
double not_followed(AD_LEN(n) const double *x, double t, int n)
{
    double top = x[0], sum = 0;
    for (int i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
    for (int i = 0; i < n; i++)
        sum += exp((x[i] - top) / (2 + t));
    return (2 + t) * log(sum) + top;
}

/* The results may be where the numbers are: p[i + 1] is x[i]. */
AD_VJP(x -> p)
void not_apart(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n)
{
    double top = x[0], sum = 0;
    for (int i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
    for (int i = 0; i < n; i++) {
        p[i] = exp(x[i] - top);
        sum += p[i];
    }
    for (int i = 0; i < n; i++)
        p[i] /= sum;
}

/* The largest itself is a result too. */
AD_VJP(x -> p)
void not_unseen(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n)
{
    double top = x[0], sum = 0;
    for (int i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
    for (int i = 0; i < n; i++)
        sum += exp(x[i] - top);
    p[0] = top + log(sum);
    p[1] = sum;
}

/* Rows of matrices, by subscripts. */
AD_VJP(x -> y)
void all_matrix_rows(AD_LEN(n *n) const double *restrict x, AD_LEN(n *n) double *restrict y, int n)
{
    for (int r = 0; r < n; r++) {
        double top = x[r * n], sum = 0;
        for (int i = 1; i < n; i++)
            if (x[r * n + i] > top)
                top = x[r * n + i];
        for (int i = 0; i < n; i++) {
            double e = exp(x[r * n + i] - top);
            y[r * n + i] = e;
            sum += e;
        }
        for (int i = 0; i < n; i++)
            y[r * n + i] /= sum;
    }
}

/* It is another row that is divided. */
AD_VJP(x -> y)
void not_the_row(AD_LEN(n *n) const double *restrict x, AD_LEN(n *n) double *restrict y, int n)
{
    for (int r = 0; r + 1 < n; r++) {
        double top = x[r * n], sum = 0;
        for (int i = 1; i < n; i++)
            if (x[r * n + i] > top)
                top = x[r * n + i];
        for (int i = 0; i < n; i++) {
            double e = exp(x[r * n + i] - top);
            y[r * n + i] = e;
            sum += e;
        }
        for (int i = 0; i < n; i++)
            y[(r + 1) * n + i] /= sum;
    }
}

/* What is infinite stays so: the comparison is the same for every shift. */
AD_GRAD(x)
double all_masked(AD_LEN(n) const double *x, AD_LEN(n) const int *mask, int n)
{
    double top = -INFINITY, sum = 0;
    for (int i = 0; i < n; i++)
        if ((mask[i] & 1) == 0 && x[i] > top)
            top = x[i];
    if (top == -INFINITY)
        return 0;
    for (int i = 0; i < n; i++)
        sum += (mask[i] & 1) == 0 ? exp(x[i] - top) : 0.0;
    return top + log(sum);
}

/* Causal attention: rows of a matrix, nothing before the diagonal. */
AD_VJP(x -> y)
void all_causal(AD_LEN(n *n) const double *restrict x, AD_LEN(n *n) double *restrict y, int n)
{
    for (int i = 0; i < n; i++) {
        double top = -INFINITY, sum = 0;
        for (int j = 0; j < n; j++)
            top = fmax(top, j <= i ? x[i * n + j] : -INFINITY);
        for (int j = 0; j < n; j++) {
            y[i * n + j] = exp((j <= i ? x[i * n + j] : -INFINITY) - top);
            sum += y[i * n + j];
        }
        for (int j = 0; j < n; j++)
            y[i * n + j] /= sum;
    }
}

/* A finite limit is reached for one shift and not for another. */
AD_GRAD(x)
double not_limited(AD_LEN(n) const double *x, int n)
{
    double top = -INFINITY, sum = 0;
    for (int i = 0; i < n; i++)
        if (x[i] > top)
            top = x[i];
    if (top < -100)
        return 0;
    for (int i = 0; i < n; i++)
        sum += exp(x[i] - top);
    return top + log(sum);
}

/* Counted from one. */
#define AT(p, i) ((p)[(i) - 1])
AD_GRAD(x)
double all_from_one(AD_LEN(n) const double *x, int n)
{
    double *p = calloc(n, sizeof *p), top = AT(x, 1), sum = 0;
    for (int i = 2; i <= n; i++)
        top = fmax(top, AT(x, i));
    for (int i = 1; i <= n; i++) {
        AT(p, i) = exp(AT(x, i) - top);
        sum += AT(p, i);
    }
    for (int i = 1; i <= n; i++)
        AT(p, i) /= sum;
    double loss = -log(AT(p, n / 2));
    free(p);
    return loss;
}

/* ... by one too far: the first is not divided. */
AD_GRAD(x)
double not_one_too_far(AD_LEN(n) const double *x, int n)
{
    double *p = calloc(n + 1, sizeof *p), top = AT(x, 1), sum = 0;
    for (int i = 2; i <= n; i++)
        top = fmax(top, AT(x, i));
    for (int i = 1; i <= n; i++) {
        AT(p, i) = exp(AT(x, i) - top);
        sum += AT(p, i);
    }
    for (int i = 1; i <= n; i++)
        p[i] /= sum;
    double loss = p[0] + p[1];
    free(p);
    return loss;
}
