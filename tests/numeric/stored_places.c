// Values that are stored at places made of themselves are not read again from there.
// check: --set n=3 --set p.q.k=1
// directions: is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>
#include <math.h>
#include <string.h>
struct Q { double w; int k; double g[3]; };
struct P { double u; double v[12]; struct Q q; };
AD_GRAD(a, p)
double placed(AD_LEN(4) double *a, AD_LEN(1) struct P *p, int n)
{
    if (n != 6) {
        struct Q q[2];
        for (int i = 0; i < 2; i++) {
            q[i].w = p->u;
            q[i].k = i % 3;
            q[i].g[0] = q[i].g[1] = a[0];
            q[i].g[2] = q[i].w * 2;
        }
        memcpy(&q[0], &q[1], sizeof *q);
        q[(p->q.k * 3 + 3) % 2] = p->q;
        p->v[q[1].k] /= 1.6 + 0.5 * sin(a[p->q.k]);
    }
    return sin(p->q.w);
}
