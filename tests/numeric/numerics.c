// check: --set n=8 --set steps=10 --range x=-3:3 --set label=2 --set terms=12 --range b=1:2
#include <adgen.h>
#include <math.h>

AD_VJP()
void fft(AD_LEN(n) double *re, AD_LEN(n) double *im, int n)
{
    for (unsigned i = 1, j = 0; i < (unsigned)n; i++) {
        unsigned bit = (unsigned)n >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            double t = re[i];
            re[i] = re[j];
            re[j] = t;
            t = im[i];
            im[i] = im[j];
            im[j] = t;
        }
    }
    for (int len = 2; len <= n; len <<= 1) {
        double angle = -2 * 3.141592653589793 / len;
        for (int i = 0; i < n; i += len)
            for (int k = 0; k < len / 2; k++) {
                double wr = cos(angle * k), wi = sin(angle * k);
                int p = i + k, q = i + k + len / 2;
                double ur = re[p], ui = im[p];
                double vr = re[q] * wr - im[q] * wi;
                double vi = re[q] * wi + im[q] * wr;
                re[p] = ur + vr;
                im[p] = ui + vi;
                re[q] = ur - vr;
                im[q] = ui - vi;
            }
    }
}

static void rhs(const double *y, const double *p, double *dy)
{
    dy[0] = p[0] * y[0] - p[1] * y[0] * y[1];
    dy[1] = p[2] * y[0] * y[1] - p[3] * y[1];
}

AD_GRAD(y0, p)
double shoot(const double y0[2], const double p[4], int steps)
{
    double y[2] = {y0[0], y0[1]}, k1[2], k2[2], k3[2], k4[2], t[2];
    const double h = 0.05;
    double loss = 0;
    for (int s = 0; s < steps; s++) {
        rhs(y, p, k1);
        for (int i = 0; i < 2; i++)
            t[i] = y[i] + 0.5 * h * k1[i];
        rhs(t, p, k2);
        for (int i = 0; i < 2; i++)
            t[i] = y[i] + 0.5 * h * k2[i];
        rhs(t, p, k3);
        for (int i = 0; i < 2; i++)
            t[i] = y[i] + h * k3[i];
        rhs(t, p, k4);
        for (int i = 0; i < 2; i++)
            y[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
        loss += (y[0] - 1) * (y[0] - 1);
    }
    return loss;
}

AD_GRAD(x)
double cross_entropy(AD_LEN(n) const double *x, int n, int label)
{
    double m = x[0];
    for (int i = 1; i < n; i++)
        m = x[i] > m ? x[i] : m;
    double s = 0;
    for (int i = 0; i < n; i++)
        s += exp(x[i] - m);
    return m + log(s) - x[label];
}

AD_VJP(x -> p)
void softmax(AD_LEN(n) const double *x, AD_LEN(n) double *p, int n)
{
    double m = -INFINITY, s = 0;
    for (int i = 0; i < n; i++)
        if (x[i] > m)
            m = x[i];
    for (int i = 0; i < n; i++) {
        p[i] = exp(x[i] - m);
        s += p[i];
    }
    for (int i = 0; i < n; i++)
        p[i] /= s;
}

AD_GRAD(c, x)
double horner(AD_LEN(n) const double *c, double x, int n)
{
    double r = c[n - 1];
    for (int i = n - 2; i >= 0; i--)
        r = r * x + c[i];
    return r;
}

AD_GRAD(x)
double series(double x, int terms)
{
    double term = 1, s = 0;
    for (int k = 0; k < terms; k++) {
        s += term;
        term *= x / (k + 1);
        if (fabs(term) < 1e-9)
            break;
    }
    return s;
}

/* A solver that stops on convergence inside a loop over problems. */
AD_VJP(b -> root)
void roots(AD_LEN(n) const double *b, AD_LEN(n) double *root, AD_LEN(n) int *iterations, int n)
{
    for (int i = 0; i < n; i++) {
        double z = 1;
        int k;
        for (k = 0; k < 30; k++) {
            double f = z * z * z - b[i], df = 3 * z * z;
            double dz = f / df;
            z -= dz;
            if (fabs(dz) < 1e-14)
                break;
        }
        root[i] = z;
        iterations[i] = k;
    }
}
