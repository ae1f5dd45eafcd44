// check: --set n=5
#include <adgen.h>

typedef struct { double v; int next; } Node;

AD_GRAD(x)
double linked(AD_LEN(n) const double *x, int n)
{
    Node pool[16];
    int head = -1;
    for (int i = 0; i < n; i++) {
        pool[i].v = x[i] * x[i];
        pool[i].next = head;
        head = i;
    }
    double s = 1;
    for (int p = head; p >= 0; p = pool[p].next)
        s = s * 0.5 + pool[p].v * s;
    return s;
}
