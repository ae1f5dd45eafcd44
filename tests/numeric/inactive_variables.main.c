#include "expect.h"
#include "out.h"
#define T(f, want)                                                                                                                 \
    do {                                                                                                                           \
        double d = 0, r;                                                                                                           \
        f##_grad(3, &d);                                                                                                           \
        f##_jvp(3, 1, &r);                                                                                                         \
        EXPECT(d, want);                                                                                                           \
        EXPECT(r, want);                                                                                                           \
    } while (0)
int main(void)
{
    T(i1, 3);
    T(i2, 3);
    T(i3, 3);
    T(i4, 3);
    T(i6, 3);
    T(i9, 3);
    T(i10, 3);
    T(i11, 9);
    T(i12, 9);
    {
        double b, d = 0, r;
        i5_grad(3, &b, &d);
        i5_jvp(3, &b, 1, &r);
        EXPECT(d, 3);
        EXPECT(r, 3);
        d = 0;
        i8_grad(3, 1, &d);
        i8_jvp(3, 1, 1, &r);
        EXPECT(d, 3);
        EXPECT(r, 3);
    }
    {
        double x[3] = {1, 2, 3}, d[3] = {0}, s = exp(-2) + exp(-1) + 1;
        i7_grad(x, 3, d);
        EXPECT(d[2], 1 / s);
    }
    return wrong;
}
