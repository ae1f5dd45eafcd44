// check: --set n=6
// construct: memory: `memcpy`, `memset`
// directions: --directions: parameter 'b' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>
#include <string.h>

AD_VJP(x -> y)
void copies(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    double t[8];
    memcpy(t, x, (size_t)n * sizeof(double));
    for (int i = 0; i < n; i++)
        t[i] *= x[n - 1 - i];
    memcpy(y, t, sizeof(double) * (size_t)n);
    memset(y, 0, 2 * sizeof *y);
    y[1] += t[0];
}

AD_GRAD(x)
double cleared(AD_LEN(n) const double *x, int n)
{
    double acc[4], s = 0;
    int seen[4];
    for (int r = 0; r < 3; r++) {
        memset(acc, 0, sizeof acc);
        memset(seen, 0, sizeof(seen));
        for (int i = 0; i < n; i++) {
            acc[i % 4] += x[i] * (r + 1);
            seen[i % 4]++;
        }
        s += acc[0] * acc[1] + acc[3] * seen[2];
    }
    return s;
}

typedef struct { double v[3]; int k; } Block;

AD_VJP()
void block_copy(AD_LEN(2) Block *b)
{
    memcpy(&b[1], &b[0], sizeof(Block));
    b[1].v[0] *= b[0].v[1];
    b[0].k++;
}

AD_VJP()
void shift(AD_LEN(n) double *x, int n)
{
    memmove(x + 1, x, sizeof(double) * (size_t)(n - 1));
    x[0] *= x[n - 1];
}

/* A copy into an array of constant size: compilers follow memcpy, but do not see that a loop fills what is read behind it. */
static void lift(double *x, int n, double a, double b)
{
    for (int i = 1; i < n - 2; i += 2)
        x[i] += a * (x[i - 1] + x[i + 1]);
    x[n - 1] += 2 * a * x[n - 2];
    for (int i = 2; i < n; i += 2)
        x[i] += b * (x[i - 1] + x[i + 1]);
    x[0] += 2 * b * x[1];
}

AD_GRAD(x, w)
double lifted(AD_LEN(n) const double *x, int n, double w)
{
    double y[64], e = 0;
    memcpy(y, x, n * sizeof *x);
    lift(y, n, -1.5, w);
    lift(y, n, 0.8, 0.4);
    for (int i = 0; i < n; i++)
        e += y[i] * y[i] * y[i];
    return e;
}
