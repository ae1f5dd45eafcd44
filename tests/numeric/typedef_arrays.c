// check:
// construct: pointers and arrays: typedefs of arrays
#include <adgen.h>

typedef double Vec3[3];
typedef double Mat3[3][3];

static void mul(const Mat3 m, const Vec3 v, Vec3 out)
{
    for (int i = 0; i < 3; i++)
        out[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
}

AD_VJP(m, v -> w)
void twice(const Mat3 m, const Vec3 v, Vec3 w)
{
    Vec3 t;
    mul(m, v, t);
    mul(m, t, w);
    w[0] *= t[1];
}
