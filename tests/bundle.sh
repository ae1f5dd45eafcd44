#!/bin/sh
# bundle.c: which functions of tests/numeric/bundle.c allocate once (those that start with one_) or twice (two_); the derivatives have the same
# bits without it. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/bundle.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS bundle/$1"; else echo "FAIL bundle/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -o with.c --header && "$ADGEN" "$source" -I"$ROOT/runtime" -fno-bundle -o without.c || exit 1
allocations() { sed -n "/^[a-z].* $1(.*[,)]\$/,/^}/p" "$2" | grep -c 'ad_tape_c*alloc('; }
for f in one_of_kept_grad one_of_shadows_grad one_of_shadows_jvp one_behind_exit_grad_apart two_types_grad two_lives_grad two_lives_jvp; do
    case $f in one_*) want=1 ;; *) want=2 ;; esac
    result "$f" "$(allocations $f with.c)" $want
done
result without "$(allocations one_of_kept_grad without.c) $(allocations one_of_shadows_grad without.c) $(allocations two_types_grad without.c)" '5 2 3'

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

int main(void)
{
    double x[7], y, d_x[7] = {0};
    for (int i = 0; i < 7; i++)
        x[i] = 0.7 + 0.3 * sin(3 * i);
    printf("%a", one_of_kept_grad(x, 7, 3, d_x) + one_of_shadows_grad(x, 7, 3, d_x) + one_behind_exit_grad(x, 7, &y, d_x) +
                     one_behind_exit_grad(x, 101, &y, d_x) + two_types_grad(x, 7, d_x) + two_lives_grad(x, 7, d_x));
    for (int i = 0; i < 7; i++)
        printf(" %a", d_x[i]);
    puts("");
    return 0;
}
C
for made in with without; do
    ${CC:-gcc} -std=gnu99 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o $made main.c $made.c "$source" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./$made >$made.out
done
result same_bits "$(wc -w <with.out) $(cat with.out)" "8 $(cat without.out)"
