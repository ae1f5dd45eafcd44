#!/bin/sh
# tests/mutate.sh [N] [SEED]: does the suite notice when a derivative lacks one statement? N times a sum, a zeroing or a kept value is taken
# out of what adgen makes of a numeric case, and the case's own check is run: it has to fail. N all: every such statement of every case.
# (Of two versions, for arguments that overlap and that do not, only one would run: -fno-apart.) A survivor is shown: a hole in the tests, or a statement that is not needed. STYLE.md rule 13.
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
n=${1:-60} seed=${2:-1}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export CC="sh $PWD/tests/mutate_cc" CFLAGS='-fsanitize=address,undefined -fno-sanitize-recover=undefined -w' ADGEN_CHECK_FLAGS=-std=c99
export MUTANT MUTANTS="$dir/count" MUTANT_TEXT="$dir/text" ASAN_OPTIONS=detect_leaks=0

checked() { # checked FILE
    eval "set -- $(sed -n '1,12s|^// check: *||p' "$1" | tr '\n' ' ') \"\$1\""
    timeout 120 "$BUILD/adgen" --check "$@" -fno-apart -o "$dir/out.c" -std=c99 >"$dir/log" 2>&1
}

# Lines `FILE K`, in an order of chance.
for f in tests/numeric/*.c; do
    case $f in *.main.c) continue ;; esac
    [ -e "${f%.c}.main.c" ] && continue
    [ "$n" != all ] && [ "$(awk -v s="$seed$f" 'BEGIN { for (i = 1; i <= length(s); i++) h = (h * 31 + index("/._abcdefghijklmnopqrstuvwxyz0123456789", substr(s, i, 1))) % 9973; print h % 4 }')" -ne 0 ] &&
        [ "$n" -lt 200 ] && continue # a part of the cases is enough
    rm -f "$dir/count"
    MUTANT=0
    checked "$f" || { echo "FAIL mutate/$(basename "$f" .c): not right without damage" >&2; continue; }
    k=$(cat "$dir/count")
    while [ "$k" -gt 0 ]; do
        echo "$f $k"
        k=$((k - 1))
    done
done | awk -v seed="$seed" 'BEGIN { srand(seed) } { print rand(), $0 }' | sort | { [ "$n" = all ] && cat || head -n "$n"; } |
    while read -r _ f k; do
        MUTANT=$k
        if checked "$f"; then
            echo "survives: $f, statement $k: $(sed 's/^ *//' "$dir/text")"
        elif grep -q 'does not compile' "$dir/log"; then
            echo "void: $f, statement $k"
        else
            echo noticed
        fi
    done >"$dir/results"
grep '^survives' "$dir/results"
awk '/^noticed/ { a++ } /^survives/ { b++ } END { printf "%d damaged derivatives, %d not noticed\n", a + b, b; exit b > 0 || a == 0 }' "$dir/results"
