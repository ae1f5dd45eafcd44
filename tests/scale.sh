#!/bin/sh
# scale.c: which functions of tests/numeric/scale.c read the weights of a softmax where they were stored: those that start with read_, not those
# with keep_; nothing is kept and no exponential computed for it under --primal-done; the same derivatives up to rounding. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/scale.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS scale/$1"; else echo "FAIL scale/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -o with.c --header && "$ADGEN" "$source" -I"$ROOT/runtime" -fno-scale -o without.c || exit 1
body() { sed -n "/^[a-z].* $1_[a-z]*(.*[,)]\$/,/^}/p" "$2"; }
for f in $(grep -o '\b\(read\|keep\)_[a-z_]*(' "$source" | tr -d '('); do
    case $f in read_*) want=yes ;; *) want=no ;; esac
    result "$f" "$([ -n "$(body "$f" with.c)" ] && { [ "$(body "$f" with.c)" = "$(body "$f" without.c)" ] && echo no || echo yes; })" $want
done
result nothing_kept "$(for f in read_rows read_reciprocal read_nothing; do body $f with.c; done | grep -c 'kept_')" 0
sed 's/^AD_[VG][A-Z]*(.*)$//' "$source" >plain.c
"$ADGEN" plain.c -I"$ROOT/runtime" --vjp 'read_reciprocal(x -> p, logsum)' --primal-done -o done.c
result no_exponentials "$(grep -c 'exp(' done.c)" 0

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

int main(void)
{
    enum { N = 5 };
    double x[3 * N], w[N], p[N] = {0}, d_p[N], d_x[3 * N] = {0}, d_w[N] = {0}, logsum, d_logsum = 0.7;
    float q[N], d_q[N];
    for (int i = 0; i < 3 * N; i++)
        x[i] = 3 * sin(3 * i);
    for (int i = 0; i < N; i++) {
        w[i] = cos(i);
        d_q[i] = d_p[i] = sin(i + 1);
        q[i] = x[i];
    }
    printf("%.13g", read_rows_grad(x, w, 3, N, d_x, d_w));
    read_reciprocal_vjp(x, p, &logsum, N, d_x, d_p, &d_logsum);
    read_floats_vjp(q, N, d_q);
    for (int i = 0; i < N; i++)
        d_p[i] = i;
    read_nothing_vjp(x, p, N, d_x, d_p);
    for (int i = 0; i < 3 * N; i++)
        printf(" %.11f", d_x[i] + d_w[i % N]);
    for (int i = 0; i < N; i++)
        printf(" %.5f", d_q[i]);
    puts("");
    return 0;
}
C
for made in with without; do
    ${CC:-gcc} -std=gnu99 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o $made main.c $made.c "$source" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./$made >$made.out
done
result same_numbers "$(wc -w <with.out) $(cat with.out)" "21 $(cat without.out)"
