#!/bin/sh
# samples/README.md is true: every worked example is in its sample, which prints what the table says. PASS and FAIL lines.
BUILD=${BUILD:-build}
# shellcheck disable=SC2046
samples/run $(sed -n 's/^| [0-9]* |.*| `\([a-z_]*\)` | `.*` |$/\1/p' samples/README.md | sort -u) || { echo "FAIL samples/run"; exit; }
rows=0
while IFS='	' read -r number name words; do
    if grep -qF -- "$words" "$BUILD/samples/$name/stdout" && [ "$(tail -n 1 "$BUILD/samples/$name/stdout")" = ok ]; then
        echo "PASS samples/row_$number"
        rows=$((rows + 1))
    else
        echo "FAIL samples/row_$number: $name does not print '$words'"
    fi
done <<END
$(sed -n 's/^| \([0-9]*\) |.*| `\([a-z_]*\)` | `\(.*\)` |$/\1	\2	\3/p' samples/README.md)
END
[ $rows -eq 21 ] || echo "FAIL samples/rows: $rows of 21"
