#!/bin/sh
# --line-directives: no warning, the same numbers, and gdb steps through the source while the derivative runs. PASS and FAIL lines.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
BUILD=$(dirname "$ADGEN")
DIR=${DIR:-$(mktemp -d)}
export ASAN_OPTIONS=detect_leaks=0
cd "$DIR" || exit 1
cat >loss.c <<'C'
#include <math.h>
static double act(double x)
{
    double e = exp(-x);
    return 1 / (1 + e);
}

double loss(const double *w, const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double y = act(w[i] * x[i]);
        if (y > 0.5)
            s += y * y;
        else
            s -= y;
    }
    while (s > 10)
        s = sqrt(s);
    return s;
}
C
cat >main.c <<'C'
#include <stdio.h>
double loss_grad(const double *w, const double *x, int n, double *d_w, double *d_x);
int main(void)
{
    double w[4] = {1, 2, -3, 4}, x[4] = {0.5, 1, 2, 9}, d_w[4] = {0}, d_x[4] = {0};
    double s = loss_grad(w, x, 4, d_w, d_x);
    printf("%.17g %.17g %.17g\n", s, d_w[0], d_x[2]);
    return 0;
}
C
"$ADGEN" loss.c --grad loss -o plain.c 2>log && "$ADGEN" loss.c --grad loss -o lines.c --line-directives --header 2>log || cat log
if ${CC:-gcc} -std=c99 -Wall -Wextra -Wpedantic -Werror -g -O0 -I"$ROOT/runtime" -o lines main.c lines.c "$BUILD/libadgen_rt.a" -lm 2>log &&
    clang -std=c99 -Wall -Wextra -Wpedantic -Werror -I"$ROOT/runtime" -fsyntax-only lines.c 2>log &&
    ${CC:-gcc} -std=c99 -I"$ROOT/runtime" -o plain main.c plain.c "$BUILD/libadgen_rt.a" -lm 2>log && ./lines >a && ./plain >b && cmp a b; then
    echo "PASS lines/compiles"
else
    echo "FAIL lines/compiles"
    cat log
fi
if grep -q '#line [0-9]* "loss.c"' lines.c && ! grep -q '#line' lines.h && ! grep -q "$(printf '\001')" lines.c; then echo "PASS lines/directives"; else echo "FAIL lines/directives"; fi
if command -v gdb >/dev/null 2>&1; then
    {
        echo 'set debuginfod enabled off'
        echo 'break loss_grad'
        echo run
        i=0
        while [ $i -lt 40 ]; do echo next; i=$((i + 1)); done
        echo 'info line'
    } >commands
    gdb -nx -batch -x commands ./lines >stepped 2>&1 </dev/null
    # gdb shows the source's own lines: the call, the function that was inlined, both sweeps
    bad=
    for text in 'loss.c:10' 'return 1 / (1 + e);' 'if (y > 0.5)' 's += y \* y;' 'for (int i = 0; i < n; i++)'; do grep -q "$text" stepped || bad="$bad '$text'"; done
    [ "$(grep -c 's += y \* y;' stepped)" -ge 2 ] || bad="$bad reverse"
    if [ -z "$bad" ]; then
        echo "PASS lines/gdb"
    elif grep -q 'ptrace\|Operation not permitted' stepped; then
        echo "PASS lines/gdb_not_permitted_here"
    else
        echo "FAIL lines/gdb: missing $bad"
        cat stepped
    fi
fi
exit 0
