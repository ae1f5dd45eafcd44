#!/bin/sh
# slices.c: the functions that start with apart_ keep nothing of the slices, but do without the rule; those with near_ are the same; the derivatives
# have the same bits; indexed_steps keeps in arrays. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/slices.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS slices/$1"; else echo "FAIL slices/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" -fno-apart "$source" -I"$ROOT/runtime" -o with.c --header && "$ADGEN" -fno-apart "$source" -I"$ROOT/runtime" -fno-slices -o without.c || exit 1
body() { sed -n "/^[a-z].* $1_[a-z]*(.*[,)]\$/,/^}/p" "$2"; }
keeps() { body "$1" "$2" | grep -cE 'kept_(b_)?memory'; }
for f in apart_struct apart_moving; do
    result "$f" "$(keeps $f with.c) $([ "$(keeps $f without.c)" -gt 0 ] && echo some)" '0 some'
done
for f in near_signed near_other; do
    result "$f" "$([ -n "$(body $f with.c)" ] && [ "$(body $f with.c)" = "$(body $f without.c)" ] && echo same)" same
done
result indexed_steps "$(body indexed_steps with.c | grep -c 'kept_.*\[s \*') $(body indexed_steps with.c | grep -c ad_push)" '4 0'

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

int main(void)
{
    double x[12], out[4], d_x[12] = {0}, d_out[4] = {1, 2, 3, 4};
    for (int i = 0; i < 12; i++)
        x[i] = sin(3 * i);
    apart_moving_vjp(x, 3, 4, 2, out, d_x, d_out);
    printf("%a", apart_struct_grad(x, 3, 4, 0, d_x) + near_signed_grad(x, 4, -2, d_x) + near_other_grad(x, 4, 1, d_x) +
                     indexed_steps_grad(x, x, 3, 4, 2, d_x) + indexed_steps_grad(x, x, 0, 4, 2, d_x) + indexed_steps_grad(x, x, 3, 4, 0, d_x));
    for (int i = 0; i < 12; i++)
        printf(" %a", d_x[i]);
    puts("");
    return 0;
}
C
for made in with without; do
    ${CC:-gcc} -std=gnu99 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o $made main.c $made.c "$source" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./$made >$made.out
done
result same_bits "$(cat with.out)" "$(cat without.out)"
