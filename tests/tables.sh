#!/bin/sh
# table.c: which functions of tests/numeric/tables.c get a table, and how many calls of libm those make. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/tables.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS tables/$1"; else echo "FAIL tables/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -fno-apart -o out.c || exit 1
"$ADGEN" "$source" -I"$ROOT/runtime" -fno-apart -fno-table -o without.c || exit 1
text() { sed -n "/^[a-z].* $1_\(grad\|vjp\)(/,/^}/p" "$2"; }
for f in $(grep -o '\b\(table\|call\)_[a-z_]*(' "$source" | tr -d '('); do
    case $f in table_*) want=yes ;; *) want=no ;; esac
    result "$f" "$(text "$f" out.c | grep -q '\btable_[a-z]*\[' && echo yes || echo no)" $want
done
result switched_off "$(grep -c '\btable_[a-z]*\[' without.c)" 0
result no_heap "$(text table_three out.c | grep -c alloc)" 0
result inner_call_is_no_table "$(text table_three out.c | grep -c '\btable_log')" 0
"$ADGEN" "$source" -I"$ROOT/runtime" --emit=primal -o primal.c
result primal_as_it_was "$(grep -c '\btable_[a-z]*\[' primal.c)" 0

cat >main.c <<'C'
#include <math.h>
#include <stdio.h>
static int calls;
static double counted(double x) { calls++; return exp(x); }
#define exp counted
#include OUT
#undef exp
int main(void)
{
    double x[60], w[3] = {0.1, 0.2, 0.3}, d_x[60] = {0}, d_w[3] = {0};
    for (int i = 0; i < 60; i++)
        x[i] = sin(i);
    double value = table_pairs_grad(x, w, 20, 3, d_x, d_w);
    printf("%d %.12g %.12g %.12g\n", calls, value, d_x[7], d_w[1]);
    return 0;
}
C
for made in out without; do
    ${CC:-gcc} -std=gnu99 -w -I"$ROOT/runtime" -DOUT="\"$made.c\"" -o $made main.c "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./$made >$made.txt
done
result calls "$(cut -d' ' -f1 <out.txt)" 3
result calls_without "$(cut -d' ' -f1 <without.txt)" 630
result same_numbers "$(cut -d' ' -f2- <out.txt)" "$(cut -d' ' -f2- <without.txt)"
