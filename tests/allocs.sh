#!/bin/sh
# allocs.c: the blocks of tests/numeric/allocs.c that become locals (small_) or are allocated before the loops (known_), those that stay where
# they are (not_), and that the derivatives are the same without it but for the order of sums, as loops are fused. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/allocs.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS allocs/$1"; else echo "FAIL allocs/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -o with.c --header && "$ADGEN" "$source" -I"$ROOT/runtime" -fno-allocs -o without.c || exit 1
function_of() { sed -n "/^[a-z].* $1(.*[,)]\$/,/^}/p" "$2"; }
# allocations anywhere, and in loops
allocations() { function_of "$1" "$2" | grep -c 'alloc('; }
in_loops() { function_of "$1" "$2" | grep -c '^        .*alloc('; }
for f in small_sum small_struct small_copied; do
    result $f "$(allocations ${f}_grad with.c)" 0
    result without_$f "$(in_loops ${f}_grad without.c | sed 's/[1-9][0-9]*/some/')" some
done
for f in known_size known_struct known_nest known_state known_while; do
    result $f "$(in_loops ${f}_grad with.c)" 0
    result without_$f "$(in_loops ${f}_grad without.c | sed 's/[1-9][0-9]*/some/')" some
done
for f in not_kept not_lists not_sizes not_grown not_either; do
    result $f "$(function_of ${f}_grad with.c)" "$(function_of ${f}_grad without.c)"
done
result nothing_for_no_round "$(function_of known_size_grad with.c | grep -c ' ? [mc]*alloc')" 2

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

int main(void)
{
    double x[24], w[4] = {0.3, 0.5, -0.2, 0.1}, d_x[24] = {0}, d_w[4] = {0}, s = 0;
    for (int i = 0; i < 24; i++)
        x[i] = 0.7 + 0.3 * sin(3 * i);
    for (int n = -1; n < 6; n++) {
        int m = n < 0 ? -1 : 4;
        s += small_sum_grad(x, n, d_x) + small_struct_grad(x, n, d_x) + small_copied_grad(x, n, d_x) + known_size_grad(x, w, n, m, d_x, d_w) +
             known_struct_grad(x, n, m, d_x) + known_nest_grad(x, n, m, d_x);
        if (n >= 0)
            s += known_state_grad(x, n, 4, d_x) + known_while_grad(x, n + 1, d_x) + not_kept_grad(x, n, 4, d_x) + not_lists_grad(x, n, d_x) +
                 not_sizes_grad(x, n, d_x) + not_grown_grad(x, n, d_x) + not_either_grad(x, n, d_x);
    }
    printf("%a", s);
    for (int i = 0; i < 24; i++)
        printf(" %a %a", d_x[i], d_w[i % 4]);
    puts("");
    return 0;
}
C
for made in with without; do
    ${CC:-gcc} -std=gnu99 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o $made main.c $made.c "$source" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ASAN_OPTIONS=allocator_may_return_null=1:$ASAN_OPTIONS ./$made >$made.out
done
cat >close.c <<'C'
#include <math.h>
#include <stdio.h>

int main(void)
{
    FILE *a = fopen("with.out", "r"), *b = fopen("without.out", "r");
    double x, y;
    int n = 0;
    for (; fscanf(a, "%la", &x) == 1 && fscanf(b, "%la", &y) == 1; n++)
        if (!(fabs(x - y) <= 1e-13 * (1 + fabs(y))))
            return printf("%g instead of %g\n", x, y), 1;
    printf("%d\n", n);
    return 0;
}
C
${CC:-gcc} -w -o close close.c -lm
result same_numbers "$(./close)" 49
