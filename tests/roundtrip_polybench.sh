#!/bin/sh
# PolyBench/C's kernels, where POLYBENCH names its directory: --emit=primal prints the same arrays, and --vjp agrees with differences and
# the tangent (but for the two that take minima of integers), with fixed and with run-time dimensions. Prints PASS and FAIL lines.
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
CC=${CC:-gcc}
if [ ! -e "$POLYBENCH/utilities/polybench.h" ]; then
    echo 'PASS roundtrip_polybench (skipped: POLYBENCH does not name a directory of PolyBench/C)'
    exit 0
fi
cd "$POLYBENCH" || exit 1
OPTIONS='-I utilities -DMINI_DATASET -DPOLYBENCH_STACK_ARRAYS'
SIZES='--set m=7 --set n=8 --set ni=6 --set nj=7 --set nk=8 --set nl=5 --set nm=4 --set nr=4 --set nq=5 --set np=6
       --set tsteps=3 --set tmax=4 --set nx=6 --set ny=7 --set float_n=8.0'
export ADGEN_CHECK_FLAGS='-Wall -Wextra -Wpedantic -Werror -Wno-unknown-pragmas'

result() { # result NAME STATUS LOG
    if [ "$2" -eq 0 ]; then
        echo "PASS polybench/$1"
    else
        echo "FAIL polybench/$1"
        tail -n 12 "$3"
    fi
}

arrays() { # arrays FILE: compiled and run, the arrays that it dumps
    $CC -w -O1 -ffp-contract=off $OPTIONS -DPOLYBENCH_DUMP_ARRAYS -I"$(dirname "$source")" -o "$DIR/run" "$1" utilities/polybench.c -lm && "$DIR/run"
}

roundtrip() {
    "$ADGEN" --emit=primal "$source" $OPTIONS -DPOLYBENCH_DUMP_ARRAYS -o "$DIR/out.c" && arrays "$source" 2>"$DIR/want" && arrays "$DIR/out.c" 2>"$DIR/got" &&
        cmp "$DIR/want" "$DIR/got"
}

# The sizes and values that a kernel asks for: a matrix that is positive definite, one with full rank.
values() { # values NAME DIMENSION
    case $1 in
    cholesky) echo "--set A[i]=i%($2+1)==0?9.0:1.0/(1+i%7)" ;;
    gramschmidt) echo '--set m=9' ;;
    deriche) echo '--set w=6 --set h=7' ;;
    esac
}

check() { # check NAME DIMENSION OPTIONS...
    "$ADGEN" --check "$source" $OPTIONS --vjp "kernel_$(echo "$1" | tr - _)" $SIZES $(values "$1" "$2") $3 -o "$DIR/out.c"
}

for source in $(find . -name '*.c' ! -path './utilities/*' ! -name '*.orig.c' | sort); do
    name=$(basename "$source" .c)
    roundtrip >"$DIR/log" 2>&1
    result "$name/roundtrip" $? "$DIR/log"
    case $name in floyd-warshall | nussinov) continue ;; esac
    check "$name" N >"$DIR/log" 2>&1
    result "$name/fixed" $? "$DIR/log"
    check "$name" n -DPOLYBENCH_USE_C99_PROTO >"$DIR/log" 2>&1
    result "$name/run_time" $? "$DIR/log"
done
