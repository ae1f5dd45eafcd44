// check: --set h=5 --set w=4 --set stride=1 --set pad=1 --set n=8 --set m=4 --set 'idx[i]=(i*3)%m'
// construct: pointers and arrays: indices from memory
#include <adgen.h>

AD_VJP(in, k, bias -> out)
void conv(AD_LEN(h * w) const double *in, const double k[3][3], double bias, AD_LEN(h * w) double *out, int h, int w, int stride, int pad)
{
    for (int y = 0; y < h; y += stride)
        for (int x = 0; x < w; x += stride) {
            double s = bias;
            for (int dy = 0; dy < 3; dy++)
                for (int dx = 0; dx < 3; dx++) {
                    int iy = y + dy - pad, ix = x + dx - pad;
                    if (iy < 0 || iy >= h || ix < 0 || ix >= w)
                        continue;
                    s += in[iy * w + ix] * k[dy][dx];
                }
            out[(y / stride) * w + x / stride] = s > 0 ? s : 0.01 * s;
        }
}

AD_GRAD(x)
double gather(AD_LEN(m) const double *x, AD_LEN(n) const int *idx, int n, int m)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[idx[i]] * x[idx[n - 1 - i]];
    return s * m;
}

AD_VJP(x -> h)
void scatter(AD_LEN(n) const double *x, AD_LEN(n) const int *idx, AD_LEN(m) double *h, int n, int m)
{
    for (int j = 0; j < m; j++)
        h[j] = 0;
    for (int i = 0; i < n; i++)
        h[idx[i]] += x[i] * x[i];
    for (int i = 0; i < n; i++)
        h[idx[i]] *= x[i];
}
