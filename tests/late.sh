#!/bin/sh
# late.c: in which functions of tests/numeric/late.c derivatives are cleared at the end of an iteration: those that start with last_, not those with
# first_; the derivatives have the same bits without it. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/late.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS late/$1"; else echo "FAIL late/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -o with.c --header && "$ADGEN" "$source" -I"$ROOT/runtime" -fno-late -o without.c || exit 1
body() { sed -n "/^[a-z].* $1_[a-z]*(.*[,)]\$/,/^}/p" "$2"; }
for f in $(grep -o '\b\(last\|first\)_[a-z_]*(' "$source" | tr -d '('); do
    case $f in last_*) want=yes ;; *) want=no ;; esac
    result "$f" "$([ -n "$(body "$f" with.c)" ] && { [ "$(body "$f" with.c)" = "$(body "$f" without.c)" ] && echo no || echo yes; })" $want
done

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

int main(void)
{
    double x[12], w[12], out[12], d_x[12] = {0}, d_w[12] = {0}, d_out[12];
    for (int i = 0; i < 12; i++) {
        x[i] = sin(3 * i);
        w[i] = cos(i);
        d_out[i] = sin(i + 1);
    }
    last_of_sum_vjp(out, x, w, 12, d_out, d_x, d_w);
    for (int i = 0; i < 12; i++)
        d_out[i] += sin(i + 2);
    last_in_rows_vjp(out, w, x, 3, 4, d_out, d_w, d_x);
    last_of_neighbours_vjp(x, 11, d_x);
    for (int i = 0; i < 12; i++)
        printf("%a %a %a ", d_x[i], d_w[i], d_out[i]);
    for (int i = 0; i < 12; i++)
        d_x[i] = i + 1;
    first_of_any_vjp(x, x + 1, 11, d_x, d_x + 1); /* one array: so are the derivatives */
    for (int i = 0; i < 12; i++)
        printf("%a ", d_x[i]);
    first_of_indexed_vjp(x, 12, 5, d_x);
    for (int i = 0; i < 12; i++)
        printf("%a ", d_x[i]);
    puts("");
    return 0;
}
C
for made in with without; do
    ${CC:-gcc} -std=gnu99 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o $made main.c $made.c "$source" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./$made >$made.out
done
result same_bits "$(wc -w <with.out) $(cat with.out)" "60 $(cat without.out)"
