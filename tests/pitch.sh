#!/bin/sh
# pitch.c: which functions of tests/numeric/pitch.c have two versions, chosen by whether rows reach into each other: those that start with two_, not
# those with one_; whichever runs, the derivatives have the bits that they have without. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/pitch.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS pitch/$1"; else echo "FAIL pitch/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -o with.c --header && "$ADGEN" "$source" -I"$ROOT/runtime" -fno-pitch -o without.c || exit 1
body() { sed -n "/^[a-z].* $1_[a-z]*(.*[,)]\$/,/^}/p" "$2"; }
for f in $(grep -o '\b\(two\|one\)_[a-z_]*(' "$source" | tr -d '('); do
    case $f in two_*) want=1 ;; *) want=0 ;; esac
    result "$f" "$(body "$f" with.c | grep -c '[<=] pitch)$')" $want
done
result conditions "$(grep -o '&& n <= pitch)$\|(n <= pitch)$\|(3 <= pitch)$' with.c | tr '\n' ';')" '(n <= pitch);&& n <= pitch);(n <= pitch);(3 <= pitch);'
kept() { sed -n "/^static void $1(/,/^}/p" with.c | grep -c tape; }
result nothing_kept "$(kept two_points_vjp_apart) $(kept two_points_vjp_overlapping)" '0 1'

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

enum { N = 64 };
static double x[N], y[N], d_x[N], d_y[N];

static void fresh(void)
{
    for (int i = 0; i < N; i++) {
        x[i] = 1.5 + sin(3 * i);
        y[i] = cos(i);
        d_y[i] = sin(i + 1);
        d_x[i] = 0;
    }
}

static void show(void)
{
    for (int i = 0; i < N; i++)
        printf("%a %a %a ", d_x[i], d_y[i], y[i]);
    puts("");
    fresh();
}

int main(void)
{
    fresh();
    for (int pitch = 2; pitch < 7; pitch++) { /* n = 4: rows that reach into the next, and rows that do not */
        two_softmax_vjp(y, x, 3, 4, pitch, d_y, d_x), show();
        two_of_both_vjp(y, x, 3, 4, pitch, d_y, d_x), show();
        two_of_both_vjp(y, y + 1, 3, 4, pitch, d_y, d_y + 1), show();
        two_triangles_vjp(y, 4, pitch, d_y), show();
        two_points_vjp(y, x, 3, pitch, d_y, d_x), show();
    }
    two_points_vjp(y + 30, x + 30, 3, -5, d_y + 30, d_x + 30), show();
    return 0;
}
C
for made in with without; do
    ${CC:-gcc} -std=gnu99 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o $made main.c $made.c "$source" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./$made >$made.out
done
result same_bits "$(wc -w <with.out) $(cksum <with.out)" "4992 $(cksum <without.out)"
