// check: --set n=3 --set r[i].id=i --set w[i].kind=i
// directions: --directions: parameter 'r' is a struct
// construct: types: `#pragma pack`, packed and aligned structs
#include <adgen.h>
#include <math.h>
#include <stdint.h>
#pragma pack(push, 1)
#include "configured_wire.h"
typedef struct {
    uint8_t id;
    double v;
    struct {
        char tag;
        float w;
    } in;
} Record;
#pragma pack(pop)
#pragma pack(2)
struct half {
    char c;
    double x;
};
#pragma pack()
struct __attribute__((packed)) message {
    char tag;
    double a;
};
struct __attribute__((aligned(32))) vector {
    double x, y;
};

AD_GRAD()
double packed_sum(AD_LEN(n) const Record *r, AD_LEN(n) const struct half *h, AD_LEN(n) const struct message *m,
                  AD_LEN(n) const struct vector *v, AD_LEN(n) const struct wire *w, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += r[i].v * r[i].in.w * m[i].a + h[i].x * v[i].x * v[i].y * r[i].id + sin(w[i].a * w[i].b) * w[i].kind;
    return s;
}

AD_VJP(x -> out)
void fill_records(AD_LEN(n) const double *x, AD_LEN(n) Record *out, int n)
{
    for (int i = 0; i < n; i++) {
        out[i].v = x[i] * x[i];
        out[i].in.w = (float)sin(x[i]);
    }
}
