#!/bin/sh
# shift.c: in which functions of tests/numeric/shift.c the number subtracted before exp is taken as a constant, in which it is not; that
# -fno-shift gives the same derivatives up to rounding, in all modes. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/shift.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS shift/$1"; else echo "FAIL shift/$1"; echo "    expected '$3', is '$2'"; fi; }

"$ADGEN" "$source" -I"$ROOT/runtime" -fno-apart --emit=ir --after=shift -o held.ir
held() { awk -v f="@$1_" '/^func / { on = index($0, f) } on && /= hold/ { n++ } END { print n + 0 }' "${2:-held.ir}"; }
for f in $(grep -o '\b\(all\|not\)_[a-z_]*(' "$source" | tr -d '(' | sort -u); do
    case $f in all_*) want=1 ;; *) want=0 ;; esac
    result "$f" "$(held "$f")" $want
done
# memory that the caller finds is read by others
cat >handed.c <<'C'
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

struct numbers {
    double *of;
};

/* The caller finds the numbers that are not divided. */
AD_VJP(x -> kept)
void not_handed_out(AD_LEN(n) const double *x, struct numbers *kept, int n)
{
    double *e = malloc(n * sizeof *e), top = x[0];
    for (int i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
    kept->of = e;
    for (int i = 0; i < n; i++)
        e[i] = exp(x[i] - top);
}
C
"$ADGEN" handed.c -I"$ROOT/runtime" -fno-apart --emit=ir --after=shift -o handed.ir
result not_handed_out "$(grep -c '= hold' handed.ir)" 0
"$ADGEN" "$source" -I"$ROOT/runtime" -fno-apart -fno-shift --emit=ir --after=adjoint -o without.ir
result switched_off "$(grep -c '= hold' without.ir)" 0
"$ADGEN" "$source" -I"$ROOT/runtime" -o apart.c
result known_to_be_apart "$(sed -n '/^void not_apart_vjp_apart(/,/^}/p' apart.c | grep -c kept_test)" 0

# one after the other: the search for the largest is not in the reverse sweep
result no_tests_kept "$(sed -n '/^double all_rows_grad(/,/^}/p' apart.c | grep -c kept_test)" 0

for mode in grad jvp hvp; do
    cat >main.c <<C
#include <math.h>
#include <stdio.h>
int main(void)
{
    enum { N = 4 };
    double x[N * N], v[N * N], first[2][N * N] = {{0}}, second[2][N * N] = {{0}}, worst = 0;
    for (int i = 0; i < N * N; i++) {
        x[i] = sin(3 * i);
        v[i] = cos(i);
    }
    for (int k = 0; k < 2; k++) {
        $(case $mode in
        grad) echo "(k ? without : with)(x, N, first[k]);" ;;
        jvp) echo "(k ? without : with)(x, N, v, first[k]);" ;;
        hvp) echo "(k ? without : with)(x, N, v, first[k], second[k]);" ;;
        esac)
    }
    for (int i = 0; i < N * N; i++)
        worst = fmax(worst, fmax(fabs(first[0][i] - first[1][i]), fabs(second[0][i] - second[1][i])));
    if (worst > 1e-13 || first[0][0] == 0)
        printf("differ by %g\n", worst);
    return worst > 1e-13 || first[0][0] == 0;
}
C
    sed 's/^AD_[A-Z]*(.*)$//' "$source" >plain.c
    "$ADGEN" plain.c -I"$ROOT/runtime" "--$mode" all_rows --name with -o with.c &&
        "$ADGEN" plain.c -I"$ROOT/runtime" "--$mode" all_rows --name without -fno-shift -o without.c &&
        sed 's/^int main/#include "with.c"\n#include "without.c"\nint main/' main.c >both.c &&
        ${CC:-gcc} -std=gnu99 -w -I"$ROOT/runtime" -o both both.c "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./both >log 2>&1
    result "same_$mode" $? 0
done
