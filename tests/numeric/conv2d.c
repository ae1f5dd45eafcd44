// check: --set h=5 --set w=4 --set stride=1 --set pad=1
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
