#!/bin/sh
# diagonal.c: in which functions of tests/numeric/diagonal.c loops become two: those that start with two_, not those with one_; the derivatives
# have the same bits without it. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/diagonal.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS diagonal/$1"; else echo "FAIL diagonal/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -fno-fuse -fno-hoist -fno-apart -o with.c --header && "$ADGEN" "$source" -I"$ROOT/runtime" -fno-fuse -fno-hoist -fno-apart -fno-diagonal -o without.c || exit 1
body() { sed -n "/^[a-z].* $1_[a-z]*(.*[,)]\$/,/^}/p" "$2"; }
for f in $(grep -o '\b\(one\|two\)_[a-z_]*(' "$source" | tr -d '('); do
    case $f in two_*) want=yes ;; *) want=no ;; esac
    result "$f" "$([ -n "$(body "$f" with.c)" ] && { [ "$(body "$f" with.c)" = "$(body "$f" without.c)" ] && echo no || echo yes; })" $want
done

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

int main(void)
{
    for (int n = -1; n < 6; n++) {
        double x[6], y[36] = {0}, d_y[36], d_x[6] = {0};
        for (int i = 0; i < 6; i++)
            x[i] = 1.2 + sin(3 * i);
        for (int i = 0; i < 36; i++)
            d_y[i] = cos(i);
        two_causal_vjp(y, x, n, d_y, d_x);
        for (int i = 0; i < 36; i++)
            d_y[i] = cos(i);
        two_updates_vjp(y, x, n, d_y, d_x);
        two_triangles_vjp(y, x, n, d_y, d_x);
        for (int i = 0; i < 36; i++)
            printf(" %a %a %a", y[i], d_y[i], d_x[i / 6]);
        puts("");
    }
    return 0;
}
C
for made in with without; do
    ${CC:-gcc} -std=gnu99 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o $made main.c $made.c "$source" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./$made >$made.out
done
result same_bits "$(wc -l <with.out) $(cat with.out)" "7 $(cat without.out)"
