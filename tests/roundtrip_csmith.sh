#!/bin/sh
# Random integer programs made by csmith: what --emit=primal writes back must print the program's checksum. Prints PASS and FAIL lines.
# N (programs, default 20), SEED (the first, default 1), CSMITH_INCLUDE (csmith.h's directory), CC. Skipped where csmith is not installed.
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
CC=${CC:-gcc}
OPTIONS='--max-funcs 3 --max-block-size 3 --max-expr-complexity 4 --max-array-dim 2 --max-array-len-per-dim 4 --max-block-depth 3'
for d in "$CSMITH_INCLUDE" /usr/include/csmith /usr/local/include/csmith /usr/include/csmith-*; do
    [ -e "$d/csmith.h" ] && include=$d && break
done
if ! command -v csmith >/dev/null || [ -z "$include" ]; then
    echo 'PASS roundtrip_csmith (skipped: no csmith, or no csmith.h: Debian has csmith and libcsmith-dev)'
    exit 0
fi
cd "$DIR" || exit 1
refused=0 skipped=0 same=0 seed=${SEED:-1} last=$((${SEED:-1} + ${N:-20}))

fail() { # fail WHAT LOG
    echo "FAIL roundtrip_csmith/$seed: $1"
    head -n 5 "$2"
}

while [ "$seed" -lt "$last" ]; do
    # shellcheck disable=SC2086
    csmith --seed "$seed" $OPTIONS >in.c
    $CC -w -O1 -I"$include" -o in in.c 2>log || fail 'csmith made a program that does not compile' log
    if ! timeout 2 ./in >want; then
        skipped=$((skipped + 1)) # many of these loop for ever
    else
        timeout 60 "$ADGEN" --emit=primal in.c -o out.c -I"$include" 2>log
        status=$?
        if [ $status -eq 1 ] && grep -q 'error: ' log; then
            refused=$((refused + 1))
        elif [ $status -ne 0 ]; then
            fail "exit status $status" log
        elif ! $CC -w -O1 -I"$include" -o out out.c 2>log; then
            fail 'what was written back does not compile' log
        elif timeout 20 ./out >got 2>log && cmp -s want got; then
            same=$((same + 1))
        else
            diff want got >>log
            fail 'another checksum' log
        fi
    fi
    seed=$((seed + 1))
done
echo "PASS roundtrip_csmith ($same the same, $refused refused, $skipped too slow)"
