// check:
// construct: structs: of `float`, by value: overlapping boxes
// directions: --directions: parameter 'a' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>

typedef struct {
    float x, y, w, h;
} box;

static float common(float x1, float w1, float x2, float w2)
{
    float l1 = x1 - w1 / 2, l2 = x2 - w2 / 2, r1 = x1 + w1 / 2, r2 = x2 + w2 / 2;
    return (r1 < r2 ? r1 : r2) - (l1 > l2 ? l1 : l2);
}

/* A kink lies within the widest of the differences, and the narrow ones see rounding alone. */
AD_VJP(a, b)
float union_area(box a, box b)
{
    float w = common(a.x, a.w, b.x, b.w), h = common(a.y, a.h, b.y, b.h);
    return a.w * a.h + b.w * b.h - (w < 0 || h < 0 ? 0 : w * h);
}

AD_VJP(a, b)
box steps(box a, box b)
{
    box d = {0, 0, 0, 0};
    float l1 = a.x - a.w / 2, l2 = b.x - b.w / 2, r1 = a.x + a.w / 2, r2 = b.x + b.w / 2;
    if (l1 > l2)
        d.x -= 1, d.w += 0.5f;
    if (r1 < r2)
        d.x += 1, d.w += 0.5f;
    return d;
}

/* Sign and size of a difference: one of the results jumps. */
AD_VJP(p, t -> sign, size)
void signs(int n, AD_LEN(n) const float *p, AD_LEN(n) const float *t, AD_LEN(n) float *sign, AD_LEN(n) float *size)
{
    for (int i = 0; i < n; i++) {
        float d = t[i] - p[i];
        size[i] = d < 0 ? -d : d;
        sign[i] = d > 0 ? 1 : -1;
    }
}
