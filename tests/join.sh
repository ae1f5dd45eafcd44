#!/bin/sh
# join.c: in which functions of tests/numeric/join.c reverse loops become one: those that start with one_, not those with two_; the derivatives
# have the same bits without it. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/join.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS join/$1"; else echo "FAIL join/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -o with.c --header && "$ADGEN" "$source" -I"$ROOT/runtime" -fno-join -o without.c || exit 1
body() { sed -n "/^[a-z].* $1_[a-z]*(.*[,)]\$/,/^}/p" "$2"; }
for f in $(grep -o '\b\(one\|two\)_[a-z_]*(' "$source" | tr -d '('); do
    case $f in one_*) want=yes ;; *) want=no ;; esac
    result "$f" "$([ -n "$(body "$f" with.c)" ] && { [ "$(body "$f" with.c)" = "$(body "$f" without.c)" ] && echo no || echo yes; })" $want
done
result of_three_one "$(body one_in_rows with.c | grep -c 'i < n') $(body one_in_rows without.c | grep -c 'i < n')" '4 6'

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

int main(void)
{
    double x[12], w[12], d_x[12] = {0};
    for (int i = 0; i < 12; i++) {
        x[i] = 1.3 + sin(3 * i);
        w[i] = cos(i);
    }
    printf("%a", one_loop_grad(x, w, 6, d_x) + one_in_rows_grad(x, 6, 2, d_x) + one_of_nests_grad(x, 4, 3, d_x));
    for (int i = 0; i < 12; i++)
        printf(" %a", d_x[i]);
    puts("");
    return 0;
}
C
for made in with without; do
    ${CC:-gcc} -std=gnu99 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o $made main.c $made.c "$source" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./$made >$made.out
done
result same_bits "$(wc -w <with.out) $(cat with.out)" "13 $(cat without.out)"
