#!/bin/sh
# --header: taken by C and by C++ without a warning, documented, and enough for a program. PASS and FAIL lines.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
export ASAN_OPTIONS=detect_leaks=0
cd "$DIR" || exit 1
cat >s.c <<'C'
#include <stdbool.h>
#include <adgen.h>
typedef struct {
    double w[3];
    int n;
} P;
enum mode { A, B };
AD_VJP(p -> out)
double f(const P *restrict p, int n, const double x[static 3], bool flag, double a[n][n], double out[3][4], enum mode class)
{
    out[1][2] = p->w[2] * a[0][0];
    return flag ? p->w[0] * x[1] : p->w[1] + class;
}
C
echo '#include "s_vjp.h"' >use.c
echo 'int main(void) { P p = {{1, 2, 3}, 3}, d = {{0}, 0}; double x[3] = {4, 5, 6}, a[4] = {7}, o[3][4], g[3][4] = {{0}}; g[1][2] = 1;
    return !(f_vjp(&p, 2, x, 1, AA, o, A, &d, g, 1) == 5 && d.w[0] == 5 && d.w[2] == 7 && g[1][2] == 0); }' >>use.c
sed 's/AA/a/' use.c >use.cc
sed 's/AA/(double (*)[2])a/' use.c >use_c.c
check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@" >log 2>&1; then echo "PASS header/$name"; else echo "FAIL header/$name"; cat log; fi
}
check written "$ADGEN" s.c -o s_vjp.c --header
check documented grep -q 'd_return: seed of the return value' s_vjp.h
sed -e '/^AD_VJP/d' s.c >s2.c
check written_second "$ADGEN" s2.c --hvp 'f(p)' --jacobian 'f(x, a -> out)' --name f_jac --hessian 'f(x)' -o s2_all.c --header
check documented_second grep -q 'h_p: the Hessian times v is added; zero it first' s2_all.h
check documented_rows grep -q 'rows: out, the return value' s2_all.h
check documented_columns grep -q 'rows and columns: x' s2_all.h
check c gcc -std=c99 -Wall -Wextra -Wpedantic -Werror -o use use_c.c s.c s_vjp.c -I"$ROOT/runtime"
check c_runs ./use
check clang clang -std=c99 -Wall -Wextra -Wpedantic -Werror -fsyntax-only use_c.c
# The primal has names that adgen would take; dimensions go on meaning the primal's.
cat >taken.c <<'C'
double w(int d_n, double n, const double x[d_n], double d_x, double tape, double result, const double a[2][d_n])
{
    double s = tape * result;
    for (int i = 0; i < d_n; i++)
        s += x[i] * n * (d_x + a[1][i] * a[1][i]);
    return s;
}
C
cat >taken_use.c <<'C'
#include "taken_w.c"
#include "taken_w.h"
int main(void)
{
    double x[2] = {3, 5}, a[2][2] = {{0}}, g[3] = {0}, dx[2] = {0}, da[2][2] = {{0}}, n = 0;
    return !(w_vjp(2, 2, x, 7, 1, 4, (const double(*)[2])a, &n, dx, g, g + 1, g + 2, da, 1) == 116 && n == 56 && dx[1] == 14 && g[0] == 16 && g[2] == 1);
}
C
check taken "$ADGEN" taken.c --vjp w --jvp w --hvp w --vjp w --split -o taken_w.c --header
check taken_documented grep -q '  d_n1, d_x1, d_d_x, d_tape, d_result, d_a: the derivative is added' taken_w.h
check taken_c ${CC:-gcc} -std=c99 -Wall -Wextra -Wpedantic -Werror -I"$ROOT/runtime" taken_use.c taken.c "$(dirname "$ADGEN")/libadgen_rt.a" -o taken_use
check taken_runs ./taken_use
# Macros of the source that C headers or the runtime would be spoilt by, as in f2c.h.
cat >macros.h <<'C'
#define abs(x) ((x) >= 0 ? (x) : -(x))
#define top 3
#  define chunk(i) x[i]
C
cat >macros.c <<'C'
#include "macros.h"
double m(const double *x, int n)
{
    double p = 1, s = top;
    while (n-- > 0 && s < 100) {
        p *= abs(chunk(n)) * s;
        s += p * x[n];
    }
    return p;
}
C
for o in '' --standalone --split; do
    check "macros$o" "$ADGEN" macros.c --vjp m $o -o macros_m.c
    check "macros_c$o" ${CC:-gcc} -std=c99 -Wall -Wextra -Wpedantic -Werror -I"$ROOT/runtime" -c macros_m.c
done
if command -v g++ >/dev/null 2>&1; then
    check cxx g++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -c use.cc
    check cxx_links sh -c "gcc -std=c99 -I'$ROOT/runtime' -c s.c s_vjp.c && g++ -o use use.o s.o s_vjp.o && ./use"
fi
exit 0
