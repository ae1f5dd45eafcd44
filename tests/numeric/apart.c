/* Two versions where it matters whether the arguments overlap: the same function is run on arguments that do and that do not. */
#include <adgen.h>
#include <math.h>

/* Reads through an index array, writes in place. */
AD_VJP(x, y -> y)
AD_JVP(x, y -> y)
void scatter(int n, const int *map, const double *x, double *y)
{
    for (int i = 0; i < n; i++) {
        double e = exp(0.1 * x[map[i]]);
        y[i] = e * e + sin(y[i]);
    }
}

/* Rows that are written from rows that are read, one of them perhaps NULL. */
AD_VJP(a, bias, out -> out)
AD_JVP(a, bias, out -> out)
void rows(int n, int m, const double *a, const double *bias, double *out)
{
    for (int i = 0; i < n; i++) {
        double sum = bias ? bias[i] : 0;
        for (int j = 0; j < m; j++)
            sum += a[i * m + j] * a[i * m + j];
        sum = tanh(sum);
        out[i] = sum * sum + out[i] * sum;
    }
}

struct node {
    double mass, pull;
};

/* An array of structs beside a plain one. */
AD_VJP(nodes, f -> f)
AD_JVP(nodes, f -> f)
void forces(int n, const struct node *nodes, double *f)
{
    if (n <= 0)
        return;
    for (int k = n - 1; k >= 0; k -= 2) {
        double e = exp(-nodes[k].pull);
        f[k] = e * nodes[k].mass + f[k] * e;
    }
}
