#!/bin/sh
# --nan-trap: the program stops at the first derivative that is not finite and says the source line, what gets it, and from which values;
# where all are finite nothing changes. PASS and FAIL lines.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
BUILD=$(dirname "$ADGEN")
DIR=${DIR:-$(mktemp -d)}
CC=${CC:-gcc}
STRICT='-std=c99 -Wall -Wextra -Wpedantic -Werror -ffp-contract=off'
export ASAN_OPTIONS=detect_leaks=0
cd "$DIR" || exit 1
check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@" >log 2>&1; then echo "PASS nan_trap/$name"; else echo "FAIL nan_trap/$name"; tail -n 20 log; cat said 2>/dev/null; fi
}
cat >norm.c <<'C'
#include <math.h>
#include <adgen.h>

AD_GRAD(w)
double norm(AD_LEN(n) const double *w, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double d = w[i] - 1;
        s += log(d * d) + sqrt(fabs(w[i]));
    }
    return s;
}

AD_VJP(x -> y)
void steps(const float *x, float *y, int n)
{
    float v = x[0];
    for (int k = 0; k < n; k++) {
        v = v / (x[1] - (float)k);
        y[k] = v;
    }
}
C
cat >main.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include "norm_grad.h"
int main(int argc, char **argv)
{
    double w[3] = {0.5, atof(argv[1]), 2}, d_w[3] = {0};
    float x[2] = {1, (float)atof(argv[2])}, y[4], d_x[2] = {0}, d_y[4] = {1, 1, 1, 1};
    norm_grad(w, 3, d_w);
    steps_vjp(x, y, 4, d_x, d_y);
    printf("%.17g %.17g %.17g %.9g %.9g\n", d_w[0], d_w[1], d_w[2], d_x[0], d_x[1]);
    return argc > 4;
}
C
program() { # program NAME OPTIONS...
    name=$1
    shift
    # shellcheck disable=SC2086
    "$ADGEN" norm.c -o norm_grad.c --header "$@" && $CC $STRICT -I"$ROOT/runtime" -c norm_grad.c && clang $STRICT -I"$ROOT/runtime" -fsyntax-only norm_grad.c &&
        $CC -I"$ROOT/runtime" -o "$name" main.c norm_grad.o "$BUILD/libadgen_rt.a" -lm
}
check builds_plain program plain
check builds_trapped program trapped --nan-trap
same() { ./plain 0.25 7.5 >a && ./trapped 0.25 7.5 >b && cmp a b; }
check same_numbers same
traps() { # traps W X TEXT...
    ./trapped "$1" "$2" >said 2>&1 && return 1
    shift 2
    for text; do grep -qF -- "$text" said || { echo "no '$text'"; return 1; }; done
}
check infinite traps 1 7.5 'norm.c:10: d_d gets' 'i = 1' 'd (line 9) = 0'
check kink_is_none sh -c './trapped 0 7.5'
check not_a_number traps 0.5 2 'norm.c:20: d_x[1] gets -inf from' 'v = -inf'
check standalone sh -c "'$ADGEN' norm.c -o norm_grad.c --nan-trap --standalone --header && $CC $STRICT -c norm_grad.c && ! grep -q adgen_rt.h norm_grad.c && $CC -o alone main.c norm_grad.o -lm && ./alone 0.25 7.5"
cat >own.c <<'C'
#include <stdlib.h>
void ad_nan_trap(const char *where, double value, int n, ...);
void ad_nan_trap(const char *where, double value, int n, ...)
{
    (void)where, (void)n;
    if (value != value || value > 1e308 || value < -1e308)
        exit(7);
}
C
"$ADGEN" norm.c -o norm_grad.c --nan-trap --header 2>said
$CC -I"$ROOT/runtime" -o own main.c own.c norm_grad.c "$BUILD/libadgen_rt.a" -lm 2>said && ./own 1 7.5 >said 2>&1
check own_handler test $? -eq 7
for t in loops struct_pointers switch functions exchanges; do
    f=$ROOT/tests/numeric/$t.c
    eval "CC='$CC' '$ADGEN' --nan-trap --check '$f' -std=c99 -o any.c $(sed -n '1,12s|^// check: *||p' "$f" | tr '\n' ' ')" >said 2>&1
    check "check_$t" test $? -eq 0
done
cat >tree.c <<'C'
#include <adgen.h>
static double f(double x, int n)
{
    return n ? x * f(x * x, n - 1) : x;
}
AD_HVP(x)
double g(double x)
{
    return f(x, 2);
}
C
check recursion_second "$ADGEN" --check --nan-trap tree.c -o tree_out.c
exit 0
