// check: --set n=8 --len x=n --len signal=n --len taps=3 --set m=3 --len z=n --len out=n --len work=n
// construct: numbers: `_Complex` arrays
#include <adgen.h>
#include <complex.h>
#include <math.h>
#include <stdlib.h>

typedef double complex cplx;

/* In place, iterative (Cooley and Tukey, 1965). */
static void fft(cplx *z, int n)
{
    for (int i = 1, j = 0; i < n; i++) {
        int bit = n >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            cplx t = z[i];
            z[i] = z[j];
            z[j] = t;
        }
    }
    for (int len = 2; len <= n; len <<= 1) {
        cplx root = cexp(-2 * 3.14159265358979323846 * I / len);
        for (int i = 0; i < n; i += len) {
            cplx w = 1;
            for (int k = 0; k < len / 2; k++) {
                cplx even = z[i + k], odd = z[i + k + len / 2] * w;
                z[i + k] = even + odd;
                z[i + k + len / 2] = even - odd;
                w *= root;
            }
        }
    }
}

AD_VJP(z -> z)
void transform(AD_LEN(n) cplx *z, int n)
{
    fft(z, n);
}

/* How flat the spectrum of a real signal is. */
AD_GRAD(signal; work)
double flatness(const double *signal, cplx *work, int n)
{
    for (int i = 0; i < n; i++)
        work[i] = signal[i];
    fft(work, n);
    double sum = 0, logs = 0;
    for (int i = 0; i < n; i++) {
        double power = creal(work[i]) * creal(work[i]) + cimag(work[i]) * cimag(work[i]) + 1e-3;
        sum += power;
        logs += log(power);
    }
    return exp(logs / n) / (sum / n);
}

/* A recursive filter on complex samples, in float; the state walks by pointers. */
AD_VJP(x, taps -> out)
void filter(const float _Complex *x, const float _Complex *taps, float _Complex *out, int n, int m)
{
    const float _Complex *end = x + n;
    float _Complex *state = calloc((size_t)m, sizeof *state);
    while (x < end) {
        float _Complex y = *x++;
        for (int k = 0; k < m; k++)
            y -= 0.3f * taps[k] * state[k];
        for (int k = m - 1; k > 0; k--)
            state[k] = state[k - 1];
        if (m > 0)
            state[0] = y;
        *out++ = conjf(y) * y + y;
    }
    free(state);
}
