#!/bin/sh
# -fassociative: which loops of tests/numeric/partial_sums.c get partial sums; other numeric tests with it; that compilers vectorise what it
# makes and that nothing changes without it. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/partial_sums.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS associative/$1"; else echo "FAIL associative/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -fassociative -o out.c && "$ADGEN" "$source" -I"$ROOT/runtime" -o without.c || exit 1
text() { sed -n "/^[a-z].* $1_\(grad\|vjp\)(/,/^}/p" "$2"; }
for f in $(grep -o '\b\(part\|whole\)_[a-z_]*(' "$source" | tr -d '('); do
    case $f in part_*) want=yes ;; *) want=no ;; esac
    result "$f" "$(text "$f" out.c | grep -q '\bpart_[a-z_0-9]*\[l\]' && echo yes || echo no)" $want
done
result off_by_default "$(grep -c '\bpart_[a-z_0-9]*\[' without.c)" 0
"$ADGEN" "$source" -I"$ROOT/runtime" -fassociative --emit=primal -o primal.c
result primal_as_it_was "$(grep -c '\bpart_[a-z_0-9]*\[' primal.c)" 0
"$ADGEN" "$source" -I"$ROOT/runtime" -fassociative --emit=ir --after=associative -o out.ir
result in_the_ir "$(grep -c 'note "partial sums' out.ir | sed 's/^[1-9].*/some/')" some

# the dot product's loop, and none without
vectorised() { $(echo "${CC:-gcc}" | cut -d" " -f1) -std=gnu99 -O3 -w -I"$ROOT/runtime" -fopt-info-vec -c -o out.o "$1" 2>&1 | grep -c 'vectorized'; }
case $(${CC:-gcc} --version) in
*clang*) echo "PASS associative/vectorised" ;;
*)
    text part_dot out.c | sed '1i #include <math.h>' >one.c
    text part_dot without.c | sed '1i #include <math.h>' >two.c
    result vectorised "$([ "$(vectorised one.c)" -gt "$(vectorised two.c)" ] && echo more)" more
    ;;
esac

for f in cholesky attention numerics indirect allocations; do
    # shellcheck disable=SC2046
    eval "\"$ADGEN\" --check \"$ROOT/tests/numeric/$f.c\" -fassociative -o checked.c -std=c99 $(sed -n '1,12s|^// check: *||p' "$ROOT/tests/numeric/$f.c" | tr '\n' ' ')" >log 2>&1
    result "numeric_$f" $? 0
done
