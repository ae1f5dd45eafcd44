#!/bin/sh
# overlap.c: in tests/numeric/told_apart.c, what the ifs around two accesses say leaves but the exponentials of apart_cholesky and apart_unsigned
# to be kept; in other_ functions elements that may be the same are kept. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS told_apart/$1"; else echo "FAIL told_apart/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$ROOT/tests/numeric/told_apart.c" -I"$ROOT/runtime" -o out.c || exit 1
keeps() { sed -n "/^[a-z].* $1_grad(.*[,)]\$/,/^}/p" out.c | sed -n 's/^ *kept_\([a-z]*\)[0-9a-z_]*\[.*\] = .*/\1/p' | sort | tr '\n' ' '; }
for f in apart_cholesky apart_unsigned apart_others other_jordan other_number other_round other_wrapped other_either; do
    case $f in
    apart_others) kept= ;;
    apart_*) kept='exp ' ;;
    other_jordan) kept='a a f ' ;;
    other_either) kept='v v value ' ;;
    *) kept='v v ' ;;
    esac
    result $f "$(keeps $f)" "$kept"
done
