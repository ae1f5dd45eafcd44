// check: --set n=5 --set nn=3 --set 'el[i].kind=i%3' --set 'el[i].a=i%3' --set 'el[i].b=(i+1)%3'
// directions: --directions: parameter 'el' is a struct or a pointer to pointers, which cannot have several directions
// Modified nodal analysis by Newton's method: a matrix that is cleared, stamped and eliminated in each step, stores that change nothing.
#include <math.h>
#include <string.h>
#include <adgen.h>
enum { RES, CUR, DIODE };
typedef struct {
    int kind, a, b; /* nodes; 0 is ground */
    union {
        struct {
            double ohms, tc;
        } r;
        struct {
            double amps, phase;
        } i;
        struct {
            double is, vt;
        } d;
    } u;
} element;
#define N 4
static void stamp(double G[N][N], double rhs[N], int a, int b, double g, double i)
{
    if (a)
        G[a][a] += g, rhs[a] -= i;
    if (b)
        G[b][b] += g, rhs[b] += i;
    if (a && b)
        G[a][b] -= g, G[b][a] -= g;
}
AD_GRAD(el)
double node_voltage(AD_LEN(n) const element *el, int n, int nn)
{
    double v[N] = {0};
    for (int it = 0; it < 8; it++) {
        double G[N][N], rhs[N];
        memset(G, 0, sizeof G);
        memset(rhs, 0, sizeof(rhs));
        for (int k = 1; k < nn; k++)
            G[k][k] = 0.1;
        for (const element *e = el; e < el + n; e++) {
            double vd = v[e->a] - v[e->b];
            switch (e->kind) {
            case RES:
                stamp(G, rhs, e->a, e->b, 1 / (e->u.r.ohms * (1 + 0.01 * e->u.r.tc)), 0);
                break;
            case CUR:
                stamp(G, rhs, e->a, e->b, 0, 0.3 * e->u.i.amps * cos(e->u.i.phase));
                break;
            case DIODE: {
                double ex = exp(vd / e->u.d.vt), g = 0.1 * e->u.d.is / e->u.d.vt * ex, i = 0.1 * e->u.d.is * (ex - 1);
                stamp(G, rhs, e->a, e->b, g, i - g * vd);
            }
            }
        }
        for (int k = 1; k < nn; k++) {
            double piv = G[k][k];
            for (int i = k + 1; i < nn; i++) {
                double f = G[i][k] / piv;
                for (int j = k; j < nn; j++)
                    G[i][j] -= f * G[k][j];
                rhs[i] -= f * rhs[k];
            }
        }
        for (int i = nn - 1; i >= 1; i--) {
            double s = rhs[i];
            for (int j = i + 1; j < nn; j++)
                s -= G[i][j] * v[j];
            v[i] = s / G[i][i];
        }
    }
    return v[1] * v[1] + v[2];
}
