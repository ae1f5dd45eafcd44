#!/bin/sh
# accumulators.c and counted.c: which functions of tests/numeric/accumulators.c have a shadow of their own (those that start with own_, and none
# else, but for both's version without overlap), what of tests/numeric/left_loops.c needs a stack, how much is kept, and the same numbers without these,
# but for the order of sums. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS accumulators/$1"; else echo "FAIL accumulators/$1"; echo "    expected '$3', is '$2'"; fi; }
for s in accumulators left_loops; do
    "$ADGEN" "$ROOT/tests/numeric/$s.c" -I"$ROOT/runtime" -o $s.c --header || exit 1
    "$ADGEN" "$ROOT/tests/numeric/$s.c" -I"$ROOT/runtime" -o $s.without.c -fno-accumulators -fno-counted || exit 1
done
body() { sed -n "/^[a-z].* $1_[a-z]*(.*[,)]\$/,/^}/p" "$2"; }
has() { if body "$1" "$2.c" | grep -q -- "$3"; then echo yes; else echo no; fi; }
for f in own_solve own_rows own_relaxed once first_only unknown; do
    case $f in own_*) want=yes ;; *) want=no ;; esac
    result "$f" "$(has $f accumulators '\bown_[a-z]* =\|\bown_[a-z]*\[')" $want
done
result overlapping "$(sed -n '/both_vjp_overlapping(/,/^}/p' accumulators.c | grep -c own_)" 0
for f in definite indefinite solve prefix scan found likelihood others; do
    result "counted_$f" "$(has $f left_loops 'ad_stack\|ad_log')$(has $f left_loops.without 'ad_stack\|ad_log')" noyes
done
# What decides depends on the counter: it might go on again, but for a flag.
result own_flag "$(has at_once left_loops ad_stack)$(has at_once left_loops 'left')" noyes
# How far left loops came is all that is known of their rounds, whichever way they count.
"$ADGEN" "$ROOT/tests/numeric/left_rounds.c" -I"$ROOT/runtime" -o left_rounds.c || exit 1
result flags "$(grep -c 'unsigned char' left_rounds.c)" 1 # unsigned from 0 to a bound that belongs to it
for f in positive_some out_by_return out_by_memory from_anywhere; do
    result "without_stack_$f" "$(has $f left_rounds 'ad_stack')" no
done
for f in band_left down_to_one strides_left to_unequal; do
    result "rounds_$f" "$(body $f left_rounds.c | grep -c '\(end\|last\)_[ij] = [ij]')" "$(case $f in strides_left) echo 2 ;; *) echo 1 ;; esac)"
done
# The nearest of two bounds ends a loop that nothing else leaves.
result nearest "$(has near_bounds left_rounds '= n < m ? n : m;')" yes
# Of the factors nothing is kept: they are where they were written.
result nothing_kept "$(has definite left_loops 'kept\[\|kept_l\[\|ad_tape_alloc.*\* t')" no

cat >main.c <<'C'
#include "accumulators.h"
#include "left_loops.h"
#include <math.h>
#include <stdio.h>
#define N 6

static double x[N * N], d[N * N], y[N], d_y[N];
static int kind[N] = {1, 2, 3, 4, 5, 1};

static void begin(void)
{
    for (int i = 0; i < N * N; i++) {
        x[i] = sin(3 * i) + (i % (N + 1) == 0);
        d[i] = 0;
    }
    for (int i = 0; i < N; i++) {
        y[i] = cos(i);
        d_y[i] = 1 + i;
    }
}

static void show(double value)
{
    printf("%.9g", value);
    for (int i = 0; i < N * N; i++)
        printf(" %.9g", d[i]);
    for (int i = 0; i < N; i++)
        printf(" %.9g %.9g", y[i], d_y[i]);
    puts("");
    begin();
}

int main(void)
{
    begin();
    own_solve_vjp(N, x, y, d, d_y), show(0);
    show(own_rows_grad((double(*)[4])x, (double(*)[4])d));
    show(own_relaxed_grad(N * N, x, d));
    show(definite_grad(N, x, d));
    show(indefinite_grad(N, x, d));
    show(solve_vjp(N, x, y, d, d_y));
    x[0] = 0, show(solve_vjp(N, x, y, d, d_y));
    for (int limit = 0; limit < 4; limit++) {
        show(prefix_vjp(N, x, y, limit, d, d_y));
        show(scan_grad(N, N, x, limit - 1, d));
        show(found_grad(N, x, limit, d));
    }
    show(at_once_grad(N, x, d));
    show(likelihood_grad(N, x, kind, -7, d));
    x[3] = -60, show(likelihood_grad(N, x, kind, -7, d));
    return 0;
}
C
for made in '' .without; do
    ${CC:-gcc} -std=gnu99 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o main$made main.c accumulators$made.c left_loops$made.c \
        "$ROOT/tests/numeric/accumulators.c" "$ROOT/tests/numeric/left_loops.c" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./main$made >main$made.out
done
result same_numbers "$(cmp main.out main.without.out && echo same)" same
result all_run "$(wc -l <main.out | tr -d ' ')" 22
