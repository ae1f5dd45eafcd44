// check: --set n=8
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
