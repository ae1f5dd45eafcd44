#!/bin/sh
# clears.c: in tests/numeric/clears.c, what block_ functions clear is cleared block by block, in other_ functions it is not; the derivatives
# have the same bits without, also where there are no rows. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/clears.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS clears/$1"; else echo "FAIL clears/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -o with.c --header && "$ADGEN" "$source" -I"$ROOT/runtime" -fno-clears -o without.c || exit 1
body() { sed -n "/^[a-z].* $1_vjp[a-z_]*(.*[,)]\$/,/^}/p" "$2"; }
for f in $(sed -n 's/^void \([a-z_]*\)(AD_LEN.*/\1/p' "$source"); do
    case $f in
    block_*) result "$f" "$(body $f with.c | grep -c memset) $(body $f without.c | grep -c memset)" '1 0' ;;
    *) result "$f" "$(body $f with.c)" "$(body $f without.c)" ;;
    esac
done

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

enum { N = 300 };
static double x[N], w[N], y[N], d_x[N], d_w[N], d_y[N];
static float fx[N], fw[N], fy[N], d_fx[N], d_fw[N], d_fy[N];

static void run(int B, int T, int n)
{
    for (int i = 0; i < N; i++) {
        fx[i] = x[i] = sin(3 * i);
        fw[i] = w[i] = cos(5 * i);
        d_fy[i] = d_y[i] = 0.3 + sin(7 * i);
        d_fx[i] = d_fw[i] = d_x[i] = d_w[i] = 0;
    }
    block_rows_vjp(y, x, w, B, T, n, d_y, d_x, d_w);
    block_scaled_vjp(fx, fw, fy, B, T, n, d_fx, d_fw, d_fy);
    for (int i = 0; i < N; i++)
        printf("%a %a %a %a %a %a\n", d_x[i], d_w[i], d_y[i], d_fx[i], d_fw[i], d_fy[i]);
}

int main(void)
{
    static const int sizes[][3] = {{3, 4, 5}, {1, 1, 1}, {2, 0, 3}, {2, 3, 0}, {0, 3, 3}, {2, -1, -4}, {2, -3, 2}, {2, 2, 17}};
    for (int i = 0; i < 8; i++)
        run(sizes[i][0], sizes[i][1], sizes[i][2]);
    return 0;
}
C
for way in with without; do
    ${CC:-gcc} -std=gnu99 -O0 -ffp-contract=off -w -I"$ROOT/runtime" -o $way main.c $way.c "$ROOT"/runtime/*.c -lm -lpthread && ./$way >$way.bits || exit 1
done
result same_bits "$(cksum <with.bits)" "$(cksum <without.bits)"
