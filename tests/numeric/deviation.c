// check: --set n=5 --set k=2 --range x=-2:2
/* Variances. In the functions that start with `held_` the deviations' mean is a constant to differentiation, in those with `not_` it is not, or
 * need not be: deviation.sh looks. */
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double held_variance(AD_LEN(n) const double *x, int n)
{
    double m = 0, v = 0;
    for (int i = 0; i < n; i++)
        m += x[i];
    m /= n;
    for (int i = 0; i < n; i++)
        v += (x[i] - m) * (x[i] - m);
    return sqrt(v / (n - 1)) + m;
}

/* Columns; the mean by a reciprocal; the other sign; the standardised numbers depend on the mean, too. */
AD_VJP(x -> y)
AD_NOALIAS
void held_columns(AD_LEN(n *k) double *y, AD_LEN(n *k) const double *x, int n, int k)
{
    double share = 1.0 / n;
    for (int c = 0; c < k; c++) {
        double sum = 0, square = 1e-3;
        for (int i = 0; i < n; i++)
            sum += x[i * k + c];
        double mean = sum * share;
        for (int i = 0; i < n; i++) {
            double d = mean - x[i * k + c];
            square += d * d;
        }
        double deviation = sqrt(square / n);
        for (int i = 0; i < n; i++)
            y[i * k + c] = (x[i * k + c] - mean) / deviation;
    }
}

/* Not all of them. */
AD_GRAD(x)
double not_part(AD_LEN(n) const double *x, int n, int k)
{
    double m = 0, v = 0;
    for (int i = 0; i < n; i++)
        m += x[i];
    m /= n;
    for (int i = 0; i < k; i++)
        v += (x[i] - m) * (x[i] - m);
    return v;
}

/* Not by their number. */
AD_GRAD(x)
double not_divided(AD_LEN(n) const double *x, int n, int k)
{
    double m = 0, v = 0;
    for (int i = 0; i < n; i++)
        m += x[i];
    m /= k;
    for (int i = 0; i < n; i++)
        v += (x[i] - m) * (x[i] - m);
    return v;
}

AD_GRAD(x)
double not_others(AD_LEN(n) const double *x, int n)
{
    double m = 0, v = 0;
    for (int i = 0; i < n; i++)
        m += x[i];
    m /= n;
    for (int i = 0; i < n; i++)
        v += (x[n - 1 - i] - m) * (x[n - 1 - i] - m) * x[i];
    return v;
}

/* The deviation is used by itself, too. */
AD_GRAD(x)
double not_alone(AD_LEN(n) const double *x, int n)
{
    double m = 0, v = 0, w = 0;
    for (int i = 0; i < n; i++)
        m += x[i];
    m /= n;
    for (int i = 0; i < n; i++) {
        double d = x[i] - m;
        v += d * d;
        w += d * x[0];
    }
    return v + w * w;
}

/* The numbers are others by then. */
AD_VJP(x -> x, v)
AD_NOALIAS
void not_same(AD_LEN(n) double *x, AD_LEN(1) double *v, int n)
{
    double m = 0, sum = 0;
    for (int i = 0; i < n; i++)
        m += x[i];
    m /= n;
    x[1] = x[0] * x[2];
    for (int i = 0; i < n; i++)
        sum += (x[i] - m) * (x[i] - m);
    *v = sum;
}

/* It begins with another number. */
AD_GRAD(x)
double not_from_zero(AD_LEN(n) const double *x, int n)
{
    double m = 1, v = 0;
    for (int i = 0; i < n; i++)
        m += x[i];
    m /= n;
    for (int i = 0; i < n; i++)
        v += (x[i] - m) * (x[i] - m);
    return v;
}

/* The sum of squares decides its own terms. */
AD_GRAD(x)
double not_only_added(AD_LEN(n) const double *x, int n)
{
    double m = 0, v = 0.5;
    for (int i = 0; i < n; i++)
        m += x[i];
    m /= n;
    for (int i = 0; i < n; i++) {
        double d = x[i] - m;
        v = v * 0.9 + d * d;
    }
    return v;
}

/* Of samples, rows and columns. */
AD_GRAD(x)
double held_batch(AD_LEN(n *k * 20) const double *x, int n, int k)
{
    double mean = 0, var = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < k; j++)
            for (int c = 0; c < 20; c++)
                mean += x[(i * k + j) * 20 + c];
    mean /= n * k * 20;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < k; j++)
            for (int c = 0; c < 20; c++) {
                double d = x[(i * k + j) * 20 + c] - mean;
                var += d * d;
            }
    return mean / sqrt(var + 1);
}

/* The number of one dimension only. */
AD_GRAD(x)
double not_of_rows(AD_LEN(n *k) const double *x, int n, int k)
{
    double mean = 0, var = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < k; j++)
            mean += x[i * k + j];
    mean /= n;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < k; j++)
            var += (x[i * k + j] - mean) * (x[i * k + j] - mean);
    return var;
}

/* Half of a square. */
AD_GRAD(x)
double not_of_triangles(AD_LEN(n *n) const double *x, int n)
{
    double mean = 0, var = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            mean += x[i * n + j];
    mean /= n * n;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            var += (x[i * n + j] - mean) * (x[i * n + j] - mean);
    return var;
}

/* Each row's own variance, from the mean of all. */
AD_GRAD(x)
double not_by_rows(AD_LEN(n *k) const double *x, int n, int k)
{
    double mean = 0, sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < k; j++)
            mean += x[i * k + j];
    mean /= n * k;
    for (int i = 0; i < n; i++) {
        double var = 0;
        for (int j = 0; j < k; j++)
            var += (x[i * k + j] - mean) * (x[i * k + j] - mean);
        sum += sqrt(var);
    }
    return sum;
}

/* Columns of one, rows of the other. */
AD_GRAD(x)
double not_transposed(AD_LEN(n *n) const double *x, int n)
{
    double mean = 0, var = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            mean += x[i * n + i + 0 * j];
    mean /= n * n;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            var += (x[i * n + j] - mean) * (x[i * n + j] - mean);
    return var;
}
