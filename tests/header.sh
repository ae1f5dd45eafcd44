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
if command -v g++ >/dev/null 2>&1; then
    check cxx g++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -c use.cc
    check cxx_links sh -c "gcc -std=c99 -I'$ROOT/runtime' -c s.c s_vjp.c && g++ -o use use.o s.o s_vjp.o && ./use"
fi
exit 0
