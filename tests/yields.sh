#!/bin/sh
# storage_yield.c and copies that hold what was stored: in tests/numeric/yields.c, which functions keep what the arms of an if make once (once_),
# and which beside the copy of an array (twice_); the derivatives have the same bits without. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/yields.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS yields/$1"; else echo "FAIL yields/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -o with.c --header && "$ADGEN" "$source" -I"$ROOT/runtime" -fno-snapshot -o no_snapshot.c &&
    "$ADGEN" "$source" -I"$ROOT/runtime" -fno-reload -o no_reload.c || exit 1
# The arrays that it keeps, by name.
keeps() { sed -n "/^[a-z].* $1(.*[,)]\$/,/^}/p" "$2" | sed -n 's/^ *double \*kept_\([a-z_]*\)[0-9]* = .*kept.*/\1/p' | grep -v _t | sort | tr '\n' ' '; }
result gates "$(keeps once_gates_grad with.c)" 'c g tanh '
result gates_by_arm "$(keeps once_gates_grad no_snapshot.c)" 'c g g g g tanh value value '
result result "$(keeps once_result_grad with.c)" 'f y '
result result_by_arm "$(keeps once_result_grad no_reload.c)" 'f f x y '
result pairs "$(keeps twice_pairs_grad with.c)" 'g value value '
result scaled "$(keeps twice_scaled_grad with.c)" 'g g value value '
result some "$(keeps twice_some_grad with.c)" 'g y '

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

int main(void)
{
    double x[80], w[64], d_x[80] = {0}, d_w[64] = {0}, s = 0;
    for (int i = 0; i < 80; i++)
        x[i] = 0.7 + 0.5 * sin(3 * i);
    for (int i = 0; i < 64; i++)
        w[i] = 0.4 * cos(5 * i);
    for (int n = 1; n < 5; n++)
        for (int t = 0; t < 6; t++)
            s += once_gates_grad(w, x, t < 5 ? t : 1, n, d_w) + once_result_grad(x, t, n, d_x) + twice_pairs_grad(x, t, 2 * n, d_x) +
                 twice_scaled_grad(x, t, n, d_x) + twice_some_grad(x, t, n, d_x);
    printf("%a", s);
    for (int i = 0; i < 64; i++)
        printf(" %a %a", d_x[i], d_w[i]);
    puts("");
    return 0;
}
C
for made in with no_snapshot no_reload; do
    ${CC:-gcc} -std=gnu99 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o $made main.c $made.c "$source" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./$made >$made.out
done
result same_bits "$(wc -w <with.out) $(cat with.out)" "129 $(cat no_snapshot.out)"
result same_bits_no_reload "$(cat with.out)" "$(cat no_reload.out)"
