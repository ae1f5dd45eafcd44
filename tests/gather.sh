#!/bin/sh
# -fno-gather: which reverse loops gather their sums, which must not, and that both ways give the same bits for every number of iterations.
# Prints PASS and FAIL lines.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
cd "$DIR" || exit 1
check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@" >log 2>&1; then echo "PASS gather/$name"; else echo "FAIL gather/$name"; cat log; fi
}

cat >main.c <<'C'
#include "stencils.h"
#include <stdio.h>
enum { MAX = 400 };
static double u[MAX], c[MAX], v[MAX], d_u[MAX], d_c[MAX], d_v[MAX];
static float fu[MAX], fv[MAX], d_fu[MAX], d_fv[MAX];
static void fill(void)
{
    for (int i = 0; i < MAX; i++) {
        u[i] = (double)(i * 37 % 101) / 101 - 0.3;
        c[i] = 1.0 / (i + 3);
        d_u[i] = 0.3 * i;
        d_c[i] = -0.7 / (i + 1);
        d_v[i] = 0.1 * i - 2.03;
        fu[i] = (float)u[i];
        d_fu[i] = (float)d_u[i];
        d_fv[i] = (float)d_v[i];
    }
}
static void print_all(const char *name, int n)
{
    for (int i = 0; i < MAX; i++)
        printf("%s %d: %d %a %a %a %a %a %a %a\n", name, n, i, v[i], d_u[i], d_c[i], d_v[i], fv[i], d_fu[i], d_fv[i]);
    fill();
}
int main(void)
{
    fill();
    for (int n = 2; n < 20; n++) {
        three_vjp(v, u, c, n, d_v, d_u, d_c);
        print_all("three", n);
        walked_vjp(v, u, n, d_v, d_u);
        print_all("walked", n);
        five_vjp(fv, fu, n, d_fv, d_fu);
        print_all("five", n);
        plate_grad(5, n, 3, (const double (*)[n])u, (double (*)[n])d_u);
        print_all("plate", n);
        from_vjp(v, u, 4, n, d_v, d_u);
        print_all("from", n);
        in_place_vjp(u, n, d_u);
        print_all("in_place", n);
        distant_vjp(v, u, 1, n, d_v, d_u);
        print_all("distant", n);
        quotients_vjp(v, u, c, n, d_v, d_u, d_c);
        print_all("quotients", n);
        picked_vjp(v, u, 4, n, d_v, d_u);
        print_all("picked", n);
        shared_vjp(v, u, n, d_v, d_u);
        print_all("shared", n);
        shared_vjp(v, v + 30, n, d_v, d_v + 30);
        print_all("shared, one array", n);
        shared_vjp(v + 1, v, n, d_v + 1, d_v);
        print_all("shared, overlapping", n);
        rod_grad(u, n, 3, d_u);
        print_all("rod", n);
        half_grad(u, n, 3, d_u);
        print_all("half", n);
        margin_grad(u, n % 3, n, 3, d_u);
        print_all("margin", n);
        wide_grad(u, n, 3, d_u);
        print_all("wide", n);
        cut_grad(u, n, 3, d_u);
        print_all("cut", n);
        two_loops_grad(u, n, 3, d_u);
        print_all("two_loops", n);
        loss_grad(u, c, n, d_u, d_c);
        print_all("loss", n);
    }
    eight_grad(u, d_u);
    print_all("eight", 0);
    return 0;
}
C
check makes "$ADGEN" "$ROOT/tests/numeric/stencils.c" -I"$ROOT/runtime" -o stencils.c --header
check makes_without "$ADGEN" -fno-gather "$ROOT/tests/numeric/stencils.c" -I"$ROOT/runtime" -o without.c
body() { sed -n "/^[a-z ]*$1(/,/^}/p" "$2"; }
gathers() { body "$1" "$2" | grep -q 'sums over neighbours'; }
does_not() { body "$1" "$2" >made && [ -s made ] && ! grep -q 'sums over neighbours' made; }
for fn in three_vjp walked_vjp five_vjp plate_grad from_vjp shared_vjp_apart rod_grad half_grad loss_grad; do
    check "gathers $fn" gathers $fn stencils.c
    check "switched_off $fn" does_not $fn without.c
done
for fn in in_place_vjp distant_vjp quotients_vjp picked_vjp eight_grad shared_vjp_overlapping; do
    check "left_alone $fn" does_not $fn stencils.c
done
# What is zero before the sums is not read.
check no_sum_with_zero test "$(body rod_grad stencils.c | grep -cF 'd_u[i] = d_u[i] +')" = 0
check sum_with_others test "$(body half_grad stencils.c | grep -cF 'd_u[i] = d_u[i] +')" = 1
check sum_with_zero test "$("$ADGEN" -fno-settle "$ROOT/tests/numeric/stencils.c" -I"$ROOT/runtime" -o unsettled.c && body rod_grad unsettled.c |
    grep -cF 'd_u[i] = d_u[i] +')" = 1
# ... nor cleared, but at the ends, if it is known where they are.
ends_only() { body "$1" "$2" | grep -c 'stored before they are read'; }
for fn in rod_grad wide_grad two_loops_grad; do
    check "ends_only $fn" test "$(ends_only $fn stencils.c)" = 1
done
for fn in half_grad margin_grad cut_grad; do
    check "clears_all $fn" test "$(ends_only $fn stencils.c)" = 0
done
check clears_all_unsettled test "$(ends_only rod_grad unsettled.c)" = 0
# Elements that have one sum or none with one iteration need no other way for few iterations.
check one_way test "$(body from_vjp stencils.c | grep -c else)" = 0
for flags in '-O0 -fsanitize=address,undefined' -O3; do
    for made in stencils without; do
        # shellcheck disable=SC2086
        ${CC:-gcc} -std=c99 -Wall -Wextra -Werror -ffp-contract=off $flags -I"$ROOT/runtime" -I. main.c $made.c \
            "$(dirname "$ADGEN")/libadgen_rt.a" -lm -o main >log 2>&1 && ./main >"out.$made" 2>>log ||
            { echo "FAIL gather/runs $flags $made"; cat log; }
    done
    check "same_bits $flags" cmp out.stencils out.without
done
