#!/bin/sh
# skip.c: which functions of tests/numeric/skip.c are another with it: those that start with in_, not those with all_; the derivatives have the
# same bits without it; nothing is added where a term is left out, not even zero times infinity. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/skip.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS skip/$1"; else echo "FAIL skip/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -o with.c --header && "$ADGEN" "$source" -I"$ROOT/runtime" -fno-skip -o without.c || exit 1
body() { sed -n "/^[a-z].* $1_[a-z]*(.*[,)]\$/,/^}/p" "$2"; }
for f in $(grep -o '\b\(in\|all\)_[a-z_]*(' "$source" | tr -d '('); do
    case $f in in_*) want=yes ;; *) want=no ;; esac
    result "$f" "$([ -n "$(body "$f" with.c)" ] && { [ "$(body "$f" with.c)" = "$(body "$f" without.c)" ] && echo no || echo yes; })" $want
done

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

int main(void)
{
    double x[18], w[18], d_x[18] = {0}, d_w[18] = {0}, d[18] = {0};
    for (int i = 0; i < 18; i++) {
        x[i] = sin(3 * i);
        w[i] = cos(i);
    }
    double sum = in_pairs_grad(x, 6, d_x) + in_hinge_grad(w, x, 6, 3, d_w) + in_near_grad(x, 6, d_x) + all_shells_grad(x, w, 6, 3, d_x, d_w) + in_units_grad(x, w, 6, 3, d_x, d_w) + in_reach_grad(x, w, 6, d_x, d_w);
    printf("%a", sum);
    for (int i = 0; i < 18; i++)
        printf(" %a %a", d_x[i], d_w[i]);
    x[5] = INFINITY;
    in_pairs_grad(x, 6, d);
    for (int i = 0; i < 18; i++)
        printf("%s", isnan(d[i]) ? " nan" : "");
    puts("");
    return 0;
}
C
for made in with without; do
    ${CC:-gcc} -std=gnu99 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o $made main.c $made.c "$source" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./$made >$made.out
done
result same_bits "$(sed 's/ nan//g' with.out)" "$(sed 's/ nan//g' without.out)"
result zero_times_infinity "$(grep -c nan with.out) $(grep -c nan without.out)" '0 1'
