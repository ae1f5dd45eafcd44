#!/bin/sh
# -fno-nest: which reverse nests are split, which must not be, and that both ways give the same bits. Prints PASS and FAIL lines.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
cd "$DIR" || exit 1
check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@" >log 2>&1; then echo "PASS nest/$name"; else echo "FAIL nest/$name"; cat log; fi
}

cat >main.c <<'C'
#include "nests.h"
#include <stdio.h>
enum { N = 9, M = 11, ROWS = 3, O = 10, MAX = 8 * M };
static double x[MAX], w[2 * MAX], b[MAX], y[MAX];
static double d_x[MAX], d_w[2 * MAX], d_b[MAX], d_y[MAX];
static void fill(void)
{
    for (int i = 0; i < MAX; i++) {
        x[i] = (double)(i * 37 % 101) / 101 - 0.3;
        b[i] = 1.0 / (i + 3);
        d_y[i] = 0.1 * i - 2;
        d_x[i] = 0.3 * i;
        d_b[i] = 0;
    }
    for (int i = 0; i < 2 * MAX; i++) {
        w[i] = (double)(i * 53 % 107) / 107 - 0.6;
        d_w[i] = 1.0 / (i + 1);
    }
}
static void print(const char *name, const double *a, int n)
{
    for (int i = 0; i < n; i++)
        printf("%s %d %a\n", name, i, a[i]);
}
static void print_all(const char *name)
{
    printf("%s\n", name);
    print("x", d_x, MAX);
    print("w", d_w, 2 * MAX);
    print("b", d_b, MAX);
    print("y", d_y, MAX);
    fill();
}
int main(void)
{
    fill();
    tiled_vjp(y, x, w, b, N, 8, d_y, d_x, d_w, d_b);
    print_all("tiled");
    tiled_vjp(y, x, w, NULL, 0, 8, d_y, d_x, d_w, d_b);
    print_all("tiled, empty");
    columns_vjp(y, x, w, ROWS, N, M, d_y, d_x, d_w);
    print_all("columns");
    walked_vjp(y, x, w, N, M, d_y, d_x, d_w);
    print_all("walked");
    declared_grad(N, M, (const double (*)[M])w, x, (double (*)[M])d_w, d_x);
    print_all("declared");
    gemm_vjp(y, x, w, 7, 8, O, d_y, d_x, d_w);
    print_all("gemm");
    gemm_vjp(y, y + 60, w, 3, 8, 4, d_y, d_y + 60, d_w);
    print_all("gemm, one array");
    gemm_vjp(y, w, w, 4, 4, 4, d_y, d_w, d_w);
    print_all("gemm, shared");
    hidden_grad(w, x, N, O, d_w, d_x);
    print_all("hidden");
    itself_grad(w, x, N, d_w, d_x);
    print_all("itself");
    overlapping_grad(x, w, N, O, d_x, d_w);
    print_all("overlapping");
    recurrence_grad(x, 7, M, d_x);
    print_all("recurrence");
    triangle_grad(x, w, N, d_x, d_w);
    print_all("triangle");
    costly_grad(x, w, N, M, d_x, d_w);
    print_all("costly");
    symmetric_grad(w, x, N, d_w, d_x);
    print_all("symmetric");
    symmetric_grad(w, x, N, d_w, d_w); /* one array for both */
    print_all("symmetric, shared");
    return 0;
}
C
check makes "$ADGEN" "$ROOT/tests/numeric/nests.c" -I"$ROOT/runtime" -o nests.c --header
check makes_without "$ADGEN" -fno-nest "$ROOT/tests/numeric/nests.c" -I"$ROOT/runtime" -o without.c
body() { sed -n "/^[a-z ]*$1(/,/^}/p" "$2"; }
is_split() { body "$1" "$2" | grep -q 'a nest of its own'; }
is_not_split() { body "$1" "$2" >made && [ -s made ] && ! grep -q 'a nest of its own' made; }
for fn in tiled_vjp_apart columns_vjp walked_vjp declared_grad gemm_vjp_apart; do
    check "split $fn" is_split "$fn" nests.c
    check "switched_off $fn" is_not_split "$fn" without.c
done
for fn in gemm_vjp_overlapping overlapping_grad recurrence_grad triangle_grad costly_grad symmetric_grad; do
    check "left_alone $fn" is_not_split "$fn" nests.c
done
# What the reverse loop over k reads in each iteration.
reads() { body "$1" "$2" | grep -A3 'for (int k' | grep -qF "$3"; }
reads_not() { ! reads "$@"; }
check once reads_not hidden_grad nests.c 'd_h[i];'
check switched_off_once reads hidden_grad without.c 'd_h[i];'
check again reads itself_grad nests.c 'd_y[i];'
for flags in '-O0 -fsanitize=address,undefined' -O3; do
    for made in nests without; do
        # shellcheck disable=SC2086
        ${CC:-gcc} -std=c99 -Wall -Wextra -Werror -ffp-contract=off $flags -I"$ROOT/runtime" -I. main.c $made.c \
            "$(dirname "$ADGEN")/libadgen_rt.a" -lm -o main >log 2>&1 && ./main >"out.$made" 2>>log ||
            { echo "FAIL nest/runs $flags $made"; cat log; }
    done
    check "same_bits $flags" cmp out.nests out.without
done

# A load that a loop of no iterations would not have done reads an array that starts as zero: no warning.
hessian() {
    $ADGEN --hessian 'hidden(w, x)' $1 "$ROOT/tests/numeric/nests.c" -o hessian.c &&
        gcc -O1 -Wall -Wextra -Werror -I"$ROOT/runtime" -c hessian.c -o hessian.o
}
check "Hessian of an array that a loop fills" hessian
check "sparse Hessian of an array that a loop fills" hessian --sparse
