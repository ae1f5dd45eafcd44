#!/bin/sh
# --emit=dot: what Graphviz takes, the numbers of SEEDS's example, adjoints as the generated derivative has them. PASS and FAIL lines.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
BUILD=$(dirname "$ADGEN")
DIR=${DIR:-$(mktemp -d)}
CC=${CC:-gcc}
export ASAN_OPTIONS=detect_leaks=0
cd "$DIR" || exit 1
check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@" >log 2>&1; then echo "PASS graph/$name"; else echo "FAIL graph/$name"; tail -n 20 log; fi
}
draws() { # draws FILE.dot: no complaint from Graphviz, where there is one
    [ -s "$1" ] && { ! command -v dot >/dev/null 2>&1 || { dot -Tsvg "$1" >"$1.svg" 2>dot_says && [ ! -s dot_says ] || { cat dot_says; false; }; }; }
}

# SEEDS 3: x^2 + x at 2.
"$ADGEN" "$ROOT/samples/graph/polynomial.c" --emit=dot --set x=2 -o seed.dot 2>log || cat log
check seed_input grep -qF '[label="x = 2\nadjoint 5"' seed.dot
check seed_product grep -qF '[label="*\n4\nadjoint 1"' seed.dot
check seed_sum grep -qF '[label="+\n6\nadjoint 1"' seed.dot
check seed_edges test "$(grep -c 'n1 -> n2 \[label=" 2"\]' seed.dot)" -eq 2
check seed_draws draws seed.dot

cat >net.c <<'C'
#include <math.h>
#include <stdio.h>
#include <adgen.h>
struct layer { double w[3]; float b; };
double gain = 2;
AD_VJP(l, x -> out)
double net(const struct layer *l, AD_LEN(n) const double *x, int n, AD_LEN(n) double *out)
{
    double best = -1e9, carried = 0, last[2] = {0, 0};
    for (int i = 0; i < n; i++) {
        double s = l->b, swap = last[0];
        for (int j = 0; j < 3; j++)
            s += l->w[j] * x[i];
        while (s > 2)
            s = 0.5 * s;
        if (s > 1)
            s = tanh(s) * 3;
        out[i] = s * (double)n / gain;
        best = fmax(best, s);
        carried += pow(x[i], s) - carried * s;
        last[0] = last[1];
        last[1] = swap + hypot(s, carried);
    }
    printf("not part of the graph\n");
    return best + last[0] - sqrt(last[1]);
}
C
cat >main.c <<'C'
#include <stdio.h>
struct layer { double w[3]; float b; };
double net_vjp(const struct layer *l, const double *x, int n, double *out, struct layer *d_l, double *d_x, double *d_out, double d_return);
int main(void)
{
    struct layer l = {{0.25, 1.5, -0.5}, 0.75f}, d_l = {{0}, 0};
    double x[3] = {1.5, 2.5, 3.5}, d_x[3] = {0}, out[3], d_out[3] = {1, 1, 1};
    net_vjp(&l, x, 3, out, &d_l, d_x, d_out, 1);
    for (int i = 0; i < 3; i++) {
        fprintf(stderr, "x[%d] = %.6g\\nadjoint %.6g\n", i, x[i], d_x[i]);
        fprintf(stderr, "l->w[%d] = %.6g\\nadjoint %.6g\n", i, l.w[i], d_l.w[i]);
    }
    fprintf(stderr, "l->b = %.6g\\nadjoint %.6g\n", l.b, d_l.b);
    return 0;
}
C
"$ADGEN" net.c -o net_vjp.c 2>log && $CC -std=c99 -I"$ROOT/runtime" -o main main.c net.c net_vjp.c "$BUILD/libadgen_rt.a" -lm 2>log && ./main 2>expected >/dev/null || cat log
"$ADGEN" net.c --emit=dot -o net.dot --set n=3 --set 'x[i]=i+1.5' --set l.b=0.75 --set 'l.w[i]=i==0?0.25:i==1?1.5:-0.5' 2>log || cat log
same_adjoints() { [ "$(wc -l <expected)" -eq 7 ] && while read -r line; do grep -qF "[label=\"$line\"" net.dot || { echo "missing: $line"; cat net.dot; return 1; }; done <expected; }
check adjoints same_adjoints
check values_draw draws net.dot
"$ADGEN" net.c --emit=dot -o static.dot 2>log
check static_draws draws static.dot
check static_loop grep -qF 'label="for (j = 0; j < 3; j++)"' static.dot
check static_load grep -qF 'label="l->w[j]"' static.dot
"$ADGEN" net.c --emit=dot --after=adjoint -o adjoint.dot 2>log
check after_adjoint sh -c "grep -q 'last first' adjoint.dot && grep -qF 'd_x[' adjoint.dot"
check adjoint_draws draws adjoint.dot
"$ADGEN" net.c --emit=dot --set n=100000 -o big.dot >said 2>&1
check too_many sh -c "test ! -e big.dot && grep -q 'set gives smaller sizes' said"
"$ADGEN" main.c --emit=dot --set n=3 -o none.dot >said 2>&1
check needs_a_spec sh -c "test ! -e none.dot && grep -q 'needs a SPEC' said"

# What it cannot see into is refused: a node without its edges would have a wrong adjoint.
cat >hidden.c <<'C'
#include <stdlib.h>
static int order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
double median(const double x[3])
{
    double y[3] = {x[0], x[1], x[2]};
    qsort(y, 3, sizeof *y, order);
    return y[1] * y[1];
}
double power(double x, int n)
{
    return n == 0 ? 1 : x * power(x, n - 1);
}
C
hides() { # hides WORDS ARGUMENTS...
    words=$1
    shift
    ! "$ADGEN" hidden.c --emit=dot -o hidden.dot "$@" >said 2>&1 && [ ! -e hidden.dot ] && grep -qF -- "$words" said
}
check hidden_sort hides "cannot show what the call of 'qsort' computes" --grad median --set 'x[i]=i'
check hidden_recursion hides "cannot show what the recursive function 'power' computes" --grad 'power(x)' --set n=3

# Numeric tests of each kind of construct, with and without values.
for t in aggregate_styles globals_as_values exchanged_parameters switch exits while_counts arenas custom_jvp maths rows_of_pointers; do
    f=$ROOT/tests/numeric/$t.c
    "$ADGEN" "$f" -std=c99 --emit=dot -o any.dot 2>log || { echo "FAIL graph/$t"; cat log; continue; }
    check "static_$t" draws any.dot
    eval "'$ADGEN' '$f' -std=c99 --emit=dot -o any.dot --range unused=0:1 $(sed -n '1,12s|^// check: *||p' "$f" | tr '\n' ' ')" 2>log || { echo "FAIL graph/$t"; cat log; continue; }
    check "$t" draws any.dot
done
exit 0
