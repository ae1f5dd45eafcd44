#!/bin/sh
# fuse.c: in which functions of tests/numeric/fused_ifs.c a loop in an if of both sweeps, or whose reverse starts from a count, is reversed at once: those that start with in_, not
# those with out_; the derivatives are the same without it, but for the order of sums. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/fused_ifs.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS fused_ifs/$1"; else echo "FAIL fused_ifs/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -o with.c --header && "$ADGEN" "$source" -I"$ROOT/runtime" -fno-fuse -o without.c || exit 1
body() { sed -n "/^[a-z].* $1_[a-z]*(.*[,)]\$/,/^}/p" "$2"; }
for f in $(grep -o '\b\(in\|out\)_[a-z_]*(' "$source" | tr -d '('); do
    case $f in in_*) want=yes ;; *) want=no ;; esac
    result "$f" "$(body "$f" with.c | grep -q 'reversed at once' && echo yes || echo no)" $want
done

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

int main(void)
{
    double x[9], w[9], d_x[9] = {0}, d_w[9] = {0}, b = 0, y[9], d_y[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (int i = 0; i < 9; i++) {
        x[i] = sin(3 * i);
        w[i] = cos(i);
    }
    for (int n = 0; n <= 9; n += 9) {
        printf("%.12g ", in_guarded_grad(x, n, 0.3, d_x, &b));
        printf("%.12g ", in_scratch_grad(x, w, n, 5, d_x, d_w));
        printf("%.12g ", out_square_grad(x, n, 4, d_x));
        printf("%.12g ", out_carried_grad(x, n, d_x));
        printf("%.12g ", in_mean_grad(x, w, n, 3, d_x));
        printf("%.12g ", out_mean_grad(x, 9, d_x));
        printf("%.12g ", out_two_ifs_grad(x, n, d_x));
        out_overwritten_vjp(x, y, n, 3, d_x, d_y);
    }
    for (int k = 2; k < 4; k++)
        printf("%.12g ", in_branch_grad(x, w, 9, k, d_x, d_w));
    for (int i = 0; i < 9; i++)
        printf("%.12g %.12g %.12g ", d_x[i], d_w[i], d_y[i]);
    printf("%.12g\n", b);
    return 0;
}
C
for v in with without; do cc -O2 -ffp-contract=off -I"$ROOT/runtime" main.c $v.c "${BUILD:-$ROOT/build}/libadgen_rt.a" -lm -o $v && ./$v >$v.out; done
result same_numbers "$(cat with.out)" "$(cat without.out)"
