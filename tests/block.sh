#!/bin/sh
# block.c: in which functions of tests/numeric/blocks.c samples run side by side under -fassociative: those that start with side_, not those
# with alone_; never without it; the results are the same but for rounding, whatever the number of samples. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/blocks.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS block/$1"; else echo "FAIL block/$1"; echo "    expected '$3', is '$2'"; fi; }
make_one() { "$ADGEN" "$source" -I"$ROOT/runtime" "$@"; }
make_one -fassociative -o with.c --header && make_one -fassociative -fno-block -o without.c && make_one -o plain.c || exit 1
mark=' iterations at a time, side by side'
for f in $(grep -o '\b\(side\|alone\)_[a-z_]*(' "$source" | tr -d '('); do
    case $f in side_*) want=1 ;; *) want=0 ;; esac
    result "$f" "$(sed -n "/^[a-z].* ${f}_\(grad\|vjp\)(/,/^}/p" with.c | grep -c "$mark")" $want
done
result switched_off "$(grep -c "$mark" without.c)" 0
result off_by_default "$(grep -c "$mark" plain.c)" 0
result eight_of_float "$(grep -c "8$mark" with.c)" 1
make_one -fassociative --emit=ir --after=block -o out.ir && result ir "$(grep -c "$mark" out.ir)" "$(grep -c "$mark" with.c)"
make_one -fassociative --tape-storage=arg -o own.c && result no_heap "$(grep -c 'each_.*alloc' own.c)" 0

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

static double x[400], mean[18], q[64], d_mean[18], d_q[64];
static float xf[400], qf[64], y[64], d_xf[400], d_qf[64], d_y[64];

static void show(const double *p, int n)
{
    for (int i = 0; i < n; i++)
        printf("%.12e\n", p[i]);
}

int main(void)
{
    const int n[] = {21, 8, 3, 4, 0, -3};
    int class[64];
    for (int i = 0; i < 400; i++)
        xf[i] = (float)(x[i] = 0.8 * sin(0.9 * i));
    for (int i = 0; i < 64; i++) {
        qf[i] = (float)(q[i] = 0.3 + 0.5 * cos(1.7 * i));
        class[i] = i % 3;
    }
    for (int i = 0; i < 18; i++)
        mean[i] = 0.4 * sin(2.3 * i);
    for (int k = 0; k < 6; k++) {
        double v[2] = {0, 0};
        for (int i = 0; i < 64; i++)
            d_y[i] = (float)sin(i);
        v[0] = side_mixture_grad(n[k], 5, 3, x, mean, q, d_mean, d_q);
        v[1] = side_branches_grad(n[k], x, mean, q, class, d_mean, d_q);
        side_float_vjp(n[k], 5, xf, qf, y, d_xf, d_qf, d_y);
        show(v, 2), show(d_mean, 18), show(d_q, 64);
        for (int i = 0; i < 64; i++)
            printf("%.4e %.4e\n%.4e %.4e\n", y[i] + 1, d_xf[i] + 1, d_qf[i], d_y[i] + 1);
    }
    return 0;
}
C
for made in with without; do
    ${CC:-gcc} -std=gnu99 -O2 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o $made main.c $made.c "$source" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./$made >$made.out
done
# equal to 11 digits, or nearly 0
far=$(paste with.out without.out | awk '{ for (i = 1; i <= NF / 2; i++) { a = $i; b = $(i + NF / 2); d = a - b; e = NF == 2 ? 1e-10 : 2e-3;
                                          if ((d < 0 ? -d : d) > e * (1 + (a < 0 ? -a : a))) n++ } } END { print n + 0 }')
result same_numbers "$(wc -l <with.out) $far" "1272 0"
