#!/bin/sh
# deviation.c: in which functions of tests/numeric/deviation.c the mean of a variance is taken as a constant; derivatives are the same up to
# rounding without it; not in other modes, where it would be wrong. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/deviation.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS deviation/$1"; else echo "FAIL deviation/$1"; echo "    expected '$3', is '$2'"; fi; }

"$ADGEN" "$source" -I"$ROOT/runtime" -fno-apart --emit=ir --after=deviation -o held.ir
held() { awk -v f="@$1_" '/^func / { on = index($0, f) } on && /= hold/ { n++ } END { print n + 0 }' held.ir; }
for f in $(grep -o '\b\(held\|not\)_[a-z_]*(' "$source" | tr -d '(' | sort -u); do
    case $f in held_*) want=1 ;; *) want=0 ;; esac
    result "$f" "$(held "$f")" $want
done
sed 's/^AD_[A-Z]*(.*)$//' "$source" >plain.c
"$ADGEN" plain.c -I"$ROOT/runtime" --hvp held_variance -o second.c && "$ADGEN" plain.c -I"$ROOT/runtime" --hvp held_variance -fno-deviation -o without.c
result second_order "$(sed '/^ \*/d' second.c)" "$(sed '/^ \*/d' without.c)"

cat >main.c <<'C'
#include <math.h>
#include <stdio.h>
int main(void)
{
    enum { N = 6 };
    double x[N], d[2][N] = {{0}}, worst = 0;
    for (int i = 0; i < N; i++)
        x[i] = sin(3 * i);
    with(x, N, d[0]);
    without(x, N, d[1]);
    for (int i = 0; i < N; i++)
        worst = fmax(worst, fabs(d[0][i] - d[1][i]));
    if (worst > 1e-14 || d[0][0] == 0)
        printf("differ by %g\n", worst);
    return worst > 1e-14 || d[0][0] == 0;
}
C
"$ADGEN" plain.c -I"$ROOT/runtime" --grad held_variance --name with -o with.c &&
    "$ADGEN" plain.c -I"$ROOT/runtime" --grad held_variance --name without -fno-deviation -o without.c &&
    sed 's/^int main/#include "with.c"\n#include "without.c"\nint main/' main.c >both.c &&
    ${CC:-gcc} -std=gnu99 -w -I"$ROOT/runtime" -o both both.c "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./both >log 2>&1
result same $? 0
result another "$(cmp -s with.c without.c; echo $?)" 1
