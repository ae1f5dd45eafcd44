#!/bin/sh
# storage_range.c: in tests/numeric/ranges.c, which functions put aside what nests overwrite as a whole (range_) and which element by element
# (each_); the derivatives are the same without but for the order of sums. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/ranges.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS ranges/$1"; else echo "FAIL ranges/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -o with.c --header && "$ADGEN" "$source" -I"$ROOT/runtime" -fno-ranges -o without.c || exit 1
function_of() { sed -n "/^[a-z].* $1(.*[,)]\$/,/^}/p" "$2"; }
saves() { function_of "$1" "$2" | grep -c 'ad_log_save('; }
result range_layers "$(saves range_layers_grad with.c)" 0
result range_layers_put_back "$(function_of range_layers_grad with.c | grep -cE '^ *(norm|up)\[k\] = kept_')" 2
result without_range_layers "$(saves range_layers_grad without.c)" 2
result each_prefix "$(function_of each_prefix_grad with.c | grep -c 'ad_log_save(&overwritten, sum + i')" 1
result each_some "$(function_of each_some_grad with.c)" "$(function_of each_some_grad without.c)"

cat >main.c <<'C'
#include "with.h"
#include <math.h>
#include <stdio.h>

int main(void)
{
    double x[30], w[200], d_x[30] = {0}, d_w[200] = {0}, s = 0;
    for (int i = 0; i < 30; i++)
        x[i] = 0.7 + 0.3 * sin(3 * i);
    for (int i = 0; i < 200; i++)
        w[i] = 0.1 * cos(5 * i);
    for (int n = 1; n < 6; n++)
        for (int m = 1; m < 6; m++)
            for (int l = 0; l < 4; l++)
                s += range_layers_grad(x, w, l, n, m, d_x, d_w) + each_prefix_grad(x, w, l, n, m, d_x, d_w) + each_some_grad(x, w, l, n, m, d_x, d_w);
    s += range_layers_grad(x, w, 2, 0, 3, d_x, d_w) + range_layers_grad(x, w, 2, 3, 0, d_x, d_w) + range_layers_grad(x, w, -1, 2, 2, d_x, d_w);
    printf("%a", s);
    for (int i = 0; i < 200; i++)
        printf(" %a %a", d_x[i % 30], d_w[i]);
    puts("");
    return 0;
}
C
for made in with without; do
    ${CC:-gcc} -std=gnu99 -w -ffp-contract=off -I. -I"$ROOT/runtime" -o $made main.c $made.c "$source" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./$made >$made.out
done
cat >close.c <<'C'
#include <math.h>
#include <stdio.h>

int main(void)
{
    FILE *a = fopen("with.out", "r"), *b = fopen("without.out", "r");
    double x, y;
    int n = 0;
    for (; fscanf(a, "%la", &x) == 1 && fscanf(b, "%la", &y) == 1; n++)
        if (!(fabs(x - y) <= 1e-12 * (1 + fabs(y))))
            return printf("%g instead of %g\n", x, y), 1;
    printf("%d\n", n);
    return 0;
}
C
${CC:-gcc} -w -o close close.c -lm
result same_numbers "$(./close)" 401
