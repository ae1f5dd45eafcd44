// check: --set n=5
// construct: preprocessor and library: macros
#include <adgen.h>
#include <math.h>

#define SQ(x) ((x) * (x))
#define N_ROWS 3
#define AT(a, i, j) a[(i) * N_ROWS + (j)]
#define SWAP(T, a, b) do { T t_ = (a); (a) = (b); (b) = t_; } while (0)
#define FOR(i, n) for (int i = 0; i < (n); i++)
#define REAL double
#define SUM_OF(out, expr) do { (out) = 0; FOR(k_, 5) (out) += (expr); } while (0)

AD_GRAD(m)
REAL macros(AD_LEN(9) const REAL *m, int n)
{
    REAL s = 0, p = 1, t;
    FOR(i, N_ROWS)
        FOR(j, N_ROWS)
            s += SQ(AT(m, i, j)) * AT(m, j, i);
    FOR(i, n) {
        p *= m[i];
        SWAP(REAL, s, p);
    }
    SUM_OF(t, m[k_] * k_ + SQ(s));
    return s * p + t;
}
