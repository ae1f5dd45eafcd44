#!/bin/sh
# jam.c: in which functions of tests/numeric/jam.c iterations run side by side, as often as their names say (batch_: rows); the derivatives have the same bits
# without it, whatever the number of iterations, and sums are right where one array is given twice. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/jam.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS jam/$1"; else echo "FAIL jam/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -o with.c --header && "$ADGEN" "$source" -I"$ROOT/runtime" -fno-jam -o without.c || exit 1
for f in $(grep -o '\b\(none\|once\|twice\|batch\)_[a-z_]*(' "$source" | tr -d '('); do
    case $f in none_*) want=0 ;; once_* | batch_*) want=1 ;; *) want=2 ;; esac
    result "$f" "$(sed -n "/^[a-z].* $f.*(.*[,)]\$/,/^}/p" with.c | grep -c ' at a time: ')" $want
    case $f in batch_*) result "$f rows" "$(sed -n "/^[a-z].* $f.*(.*[,)]\$/,/^}/p" with.c | grep -A1 ' at a time: ' | grep -c 'int r = 0')" 1 ;; esac
done
result switched_off "$(grep -c ' at a time: ' without.c)" 0
"$ADGEN" "$source" -I"$ROOT/runtime" --emit=ir --after=jam -o out.ir && result ir "$(grep -c ' at a time: ' out.ir)" "$(grep -c ' at a time: ' with.c)"

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

enum { ROWS = 7, M = 20 };

static double x[400], w[400], b[20], y[80], d_x[400], d_w[400], d_b[20], d_y[80];

static void fill(double *p, int n, double seed)
{
    for (int i = 0; i < n; i++)
        p[i] = 0.6 * sin(seed * (i + 1));
}

static void show(const double *p, int n)
{
    for (int i = 0; i < n; i++)
        printf(" %a", p[i]);
    puts("");
}

static void run(int n, int m)
{
    fill(x, 400, 0.7), fill(w, 400, 1.1), fill(b, 20, 0.3), fill(d_x, 400, 1.9), fill(d_w, 400, 0.2), fill(d_b, 20, 0.9);
    fill(d_y, 80, 1.3);
    batch_layer_vjp(y, x, w, b, ROWS, n, m, d_y, d_x, d_w, d_b);
    double s = twice_walked_grad(x, w, ROWS, n, m, d_x, d_w);
    if (n > 0 && m > 0)
        s += once_declared_grad(ROWS, n, m, (const double (*)[m])x, (const double (*)[m])w, (double (*)[m])d_x, (double (*)[m])d_w);
    s += batch_handed_on_grad(x, w, ROWS, n, m, d_x, d_w);
    printf("%d %d %a\n", n, m, s);
    show(d_x, 400), show(d_w, 400), show(d_b, 20), show(y, 80), show(d_y, 80);
}

/* One array, with one derivative and with two. */
static double twice(void)
{
    double one[400] = {0}, far = 0;
    for (int i = 0; i < 400; i++)
        d_x[i] = d_w[i] = 0;
    once_declared_grad(ROWS, 6, M, (const double (*)[M])x, (const double (*)[M])x, (double (*)[M])d_x, (double (*)[M])d_w);
    once_declared_grad(ROWS, 6, M, (const double (*)[M])x, (const double (*)[M])x, (double (*)[M])one, (double (*)[M])one);
    for (int i = 0; i < 400; i++)
        far = fmax(far, fabs(one[i] - d_x[i] - d_w[i]));
    return far;
}

int main(void)
{
    const int n[] = {9, 8, 3, 4, 0, -5, 1};
    for (int i = 0; i < 7; i++)
        run(n[i], 13);
    run(7, 0);
    fprintf(stderr, "%d\n", twice() < 1e-12);
    return 0;
}
C
for made in with without; do
    ${CC:-gcc} -std=gnu99 -O2 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o $made main.c $made.c "$source" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./$made >$made.out 2>$made.twice
done
result same_bits "$(wc -l <with.out) $(cksum <with.out)" "48 $(cksum <without.out)"
result one_array "$(cat with.twice without.twice | tr '\n' ' ')" '1 1 '
