#!/bin/sh
# tests/fuzz.sh [N] [SEED]: N damaged copies of the numeric cases (a line dropped, doubled or moved; a token changed). adgen must answer
# each with exit status 0, 1 or 2, or with a limit: a signal, a hang or an internal error is a bug. The input that shows one is kept.
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
n=${1:-200} seed=${2:-1}
dir=$(mktemp -d)
bad=0
set -- tests/numeric/*.c
i=0
while [ "$i" -lt "$n" ]; do
    file=$(awk -v k="$((i % $#))" 'BEGIN { print ARGV[k + 1] }' "$@")
    awk -v seed="$((seed + i))" '
        BEGIN { srand(seed) }
        { line[NR] = $0 }
        END {
            # Most damage keeps the grammar, so that later stages see it too.
            n = split("[+]:*|[*]:-|/:+|<:>|>:<|[0-9]+:0|[0-9]+:3|\\[i\\]:[0]|double:float|double:int|int:long|int:unsigned char|=:+=|[+]=:=|" \
                      "break:continue|continue:break|return:s =|if:while|if [(]:if (!|else:|const :|i[+][+]:i--|static :|;:, s;|n:i|x:s|&:|->:.", edit, "|")
            for (k = 0; k < 1 + int(rand() * 2); k++) {
                at = 4 + int(rand() * (NR - 4)); how = int(rand() * 10)
                if (how == 0) line[at] = ""
                else if (how == 1) line[at] = line[at] "\n" line[at]
                else if (how == 2) { t = line[at]; other = 4 + int(rand() * (NR - 4)); line[at] = line[other]; line[other] = t }
                else for (try = 0; try < 40; try++) {
                    at = 4 + int(rand() * (NR - 4)); split(edit[1 + int(rand() * n)], e, ":")
                    if (sub(e[1], e[2], line[at])) break
                }
            }
            for (j = 1; j <= NR; j++) print line[j]
        }' "$file" >"$dir/in.c"
    timeout 20 "$BUILD/adgen" "$dir/in.c" -o "$dir/out.c" >/dev/null 2>"$dir/err"
    status=$?
    if [ "$status" -gt 3 ] || grep -q 'internal error' "$dir/err"; then
        bad=$((bad + 1))
        cp "$dir/in.c" "$dir/bad$i.c"
        echo "$dir/bad$i.c (from $file, exit status $status): $(head -n 1 "$dir/err")"
    fi
    i=$((i + 1))
done
echo "$n inputs, $bad crashes"
[ "$bad" -eq 0 ] && rm -rf "$dir"
[ "$bad" -eq 0 ]
