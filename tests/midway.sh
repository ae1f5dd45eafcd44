#!/bin/sh
# midway.c: which functions of tests/numeric/midway.c need a stack, and the same bits without the pass (without versions for arguments that do not
# overlap, whose loops may run in another order). Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS midway/$1"; else echo "FAIL midway/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$ROOT/tests/numeric/midway.c" -I"$ROOT/runtime" -o midway.c --header || exit 1
"$ADGEN" "$ROOT/tests/numeric/midway.c" -I"$ROOT/runtime" -o midway.without.c -fno-apart -fno-midway || exit 1
"$ADGEN" "$ROOT/tests/numeric/midway.c" -I"$ROOT/runtime" -o midway.bits.c -fno-apart || exit 1
stacks() { sed -n "/^[a-z].* $1_grad[a-z_]*(.*[,)]\$/,/^}/p" "$2" | grep -c 'trips[0-9]*++'; }
check() { result "$1" "$(stacks $1 midway.without.c) $(stacks $1 midway.c)" "$2 $3"; }
check forward 1 0
check do_while 1 0
check once 2 0
check prefix 1 0
check ways 6 1 # one to n, of which nothing is known
check sizes 2 1 # one to `!=`, unsigned
check swapped 1 0
check nested 4 3 # two that are left, and one to the outer loop's counter
check two_ends 1 1
check moving 2 2
check to_the_end 3 3

cat >main.c <<'C'
#include "midway.h"
#include <stdio.h>

static double x[25], p[3], q[3], d[25], d_p[3], d_q[3];

static void show(double f)
{
    printf("%.17g", f);
    for (int i = 0; i < 25; i++)
        printf(" %.17g", d[i]), d[i] = 0;
    puts("");
    for (int i = 0; i < 3; i++)
        d_p[i] = d_q[i] = 0;
}

int main(void)
{
    for (int n = 2; n < 6; n++) {
        for (int i = 0; i < 25; i++)
            x[i] = 0.2 + (i * 37 % 41) * 0.02;
        show(forward_grad(x, p, q, n, d, d_p, d_q));
        show(do_while_grad(x, n, d));
        show(once_grad(x, n, 0, d));
        show(prefix_grad(x, n, d));
        show(ways_grad(x, n, d));
        show(sizes_grad(x, n, d));
        show(swapped_grad(x, n, d));
        show(nested_grad(x, n, d));
        show(two_ends_grad(x, n, d));
        show(moving_grad(x, n, d));
        show(to_the_end_grad(x, n, d));
    }
    show(do_while_grad(x, -3, d));
    show(prefix_grad(x, 0, d));
    return 0;
}
C
for made in .bits .without; do
    ${CC:-gcc} -std=gnu99 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o main$made main.c midway$made.c "$ROOT/tests/numeric/midway.c" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./main$made >main$made.out
done
result same_numbers "$(cmp main.bits.out main.without.out && echo same)" same
result all_run "$(wc -l <main.bits.out | tr -d ' ')" 46
