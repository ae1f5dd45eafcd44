#!/bin/sh
# guard.c: in tests/numeric/guards.c, the divisor is asked before the derivative in straight_*, and never in short_*; the same numbers under
# -Ofast, where no test of NaN would work. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/guards.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS guards/$1"; else echo "FAIL guards/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -o out.c --header && "$ADGEN" "$source" -I"$ROOT/runtime" -fno-guards -o without.c || exit 1
opened() { sed -n "/$1_grad(.*[,)]\$/,/^}/p" "$2" | grep -c 'e-30*.* ||'; }
for f in $(grep -o '\b\(straight\|short\)_[a-z_]*(' "$source" | tr -d '('); do
    case $f in straight_*) want=yes ;; *) want=no ;; esac
    result "$f" "$([ "$(opened "$f" out.c)" -gt 0 ] && echo yes || echo no)" $want
done
result switched_off "$(grep -c 'e-30*.* ||' without.c)" 0
for made in out without; do
    for flags in '-O0' '-O3 -std=c99' '-Ofast'; do
        # shellcheck disable=SC2086
        ${CC:-gcc} -c -w $flags -I"$ROOT/runtime" -o $made.o $made.c &&
            ${CC:-gcc} -w -I. -I"$ROOT/runtime" -o main $made.o "$source" "$ROOT/tests/numeric/guards.main.c" -lm && ./main >log 2>&1
        result "numbers_$made$(echo "$flags" | tr -d ' =')" "$? $(cat log)" '0 '
    done
done
