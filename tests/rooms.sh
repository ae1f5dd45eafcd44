#!/bin/sh
# storage_room.c: the functions of tests/numeric/rooms.c that start with room_ keep arrays in each iteration; room_cg keeps p, t, q and r once, and pushes
# what the iteration has one of; in near_lengths the inner loop pushes. Without it the derivatives are the same but for the order of sums: what is
# pushed is popped in the opposite order. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/rooms.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS rooms/$1"; else echo "FAIL rooms/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" -fno-midway "$source" -I"$ROOT/runtime" -o with.c --header && "$ADGEN" -fno-midway -fno-rooms "$source" -I"$ROOT/runtime" -o without.c || exit 1
body() { sed -n "/^[a-z].* $1_[a-z]*(.*[,)]\$/,/^}/p" "$2"; }
rooms() { body "$1" "$2" | grep -c 'ad_push_room'; }
for f in room_cg room_rows room_halves room_nested room_chain room_same; do
    result "$f" "$([ "$(rooms $f with.c)" -gt 0 ] && echo some) $(rooms $f without.c)" 'some 0'
done
result near_lengths "$(rooms near_lengths with.c) $(body near_lengths with.c | grep -c ad_push_double)" '1 1'
result room_cg_once "$(body room_cg with.c | grep -c 'ad_push_room(&kept, 4UL \* ') $(body room_cg with.c | grep -cE 'ad_log|    ad_push_double') $(body room_cg with.c |
    grep -cF 'ad_push_block(&tape, (double[]){beta, rr, s}, 3 * sizeof(double))') $(body room_cg without.c | grep -c ad_push_block)" '1 0 1 0'

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

int main(void)
{
    double x[36], d_x[36] = {0}, d_A[36] = {0}, s = 0;
    float v[8], y[8], d_v[8] = {0}, d_y[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    for (int i = 0; i < 36; i++)
        x[i] = 0.7 + 0.3 * sin(3 * i);
    for (int i = 0; i < 8; i++)
        v[i] = (float)x[i];
    room_chain_vjp(v, y, 6, 9, d_v, d_y);
    room_chain_vjp(v, y, 6, 3, d_v, d_y);
    s += room_cg_grad(x, x + 7, 6, 1e-9, d_A, d_x) + room_cg_grad(x, x + 7, 0, 1e-9, d_A, d_x) + room_rows_grad(x, 6, 4, 5, d_x);
    s += room_rows_grad(x, 1, 1, 0, d_x) + room_halves_grad(x, 32, d_x) + room_halves_grad(x, 1, d_x) + room_nested_grad(x, 6, 5, d_x);
    s += room_nested_grad(x, 20, 40, d_x) + near_lengths_grad(x, 6, 5, d_x) + room_same_grad(x, 6, 5, d_x);
    printf("%.11g", s);
    for (int i = 0; i < 36; i++)
        printf(" %.11g %.11g", d_x[i], d_A[i]);
    for (int i = 0; i < 8; i++)
        printf(" %.5g", d_v[i]);
    puts("");
    return 0;
}
C
for made in with without; do
    ${CC:-gcc} -std=gnu99 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o $made main.c $made.c "$source" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./$made >$made.out
done
result same_numbers "$(wc -w <with.out) $(cat with.out)" "81 $(cat without.out)"

# Numbers of one type that are pushed one after another go as one block, which never lies in two chunks; others do not.
cat >together.c <<'C'
#include <adgen.h>
#include <math.h>
AD_GRAD(x)
double same_types(double x, double limit)
{
    double y = x, z = 0.1 * x;
    do {
        double a = sin(y), b = cos(z);
        y = y + 0.1 * a * a + 0.01;
        z = z * b + 1e-5 * a;
    } while (y < limit);
    return y * z;
}
AD_GRAD(x)
double other_types(double x, double limit)
{
    double y = x;
    do {
        float a = sinf((float)y);
        double b = cos(y);
        y = y + 0.01 * a * b * a * b + 0.01;
    } while (y < limit);
    return y * y;
}
C
cat >twice.c <<'C'
#include HEADER
#include <stdio.h>
int main(void)
{
    for (int k = 0; k < 40; k++) {
        double d = 0, limit = 0.7 + k * (k < 20 ? 0.01 : 2.3), v = same_types_grad(0.3 + k, k + limit, &d);
        printf("%a %a\n", v, d);
        d = 0, v = other_types_grad(0.3 + k, k + limit, &d);
        printf("%a %a\n", v, d);
    }
    return 0;
}
C
for way in together -fno-rooms; do
    switch=$way
    [ $way != together ] || switch=
    # shellcheck disable=SC2086
    "$ADGEN" together.c $switch -o "made$way.c" --header && ${CC:-gcc} -std=c99 -Wall -Wextra -Wpedantic -Werror -ffp-contract=off -g -fsanitize=address,undefined \
        -I"$ROOT/runtime" "-DHEADER=\"made$way.h\"" -o twice twice.c "made$way.c" together.c "$(dirname "$ADGEN")/libadgen_rt.a" -lm >log 2>&1 && ./twice >"out$way" 2>>log || cat log
done
result blocks_same_bits "$(cmp outtogether out-fno-rooms && grep -c . outtogether)" 80
result blocks "$(body same_types madetogether.c | grep -c 'ad_push_block(&tape, (double\[\])') $(body same_types made-fno-rooms.c | grep -c ad_push_block)" '2 0'
result blocks_of_one_type "$(body other_types madetogether.c | grep -cE '\[\]\)\{[^}]*float') $(body other_types madetogether.c | grep -c ad_push_float)" '0 2'
