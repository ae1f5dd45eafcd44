#!/bin/sh
# lint.sh FILE... -- FLAGS...: no file above 800 lines, no function above 80, no warning from gcc or clang.
# A function's body is what lies between a `{` and a `}` in the first column (`make format` puts them there).
files=
while [ $# -gt 0 ] && [ "$1" != -- ]; do files="$files $1"; shift; done
shift
failed=0

for f in $files $(ls frontend/*.h transform/*.h runtime/*.h 2>/dev/null); do
    awk -v file="$f" '
        /^\{/ { start = FNR }
        /^\}/ { if (start && FNR - start > 80) { printf "%s:%d: function of %d lines (80 at most)\n", file, start, FNR - start; bad = 1 } start = 0 }
        END { if (FNR > 800) { printf "%s: %d lines (800 at most)\n", file, FNR; bad = 1 } exit bad }' "$f" || failed=1
done
for cc in gcc clang; do
    # shellcheck disable=SC2086
    "$cc" "$@" -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsyntax-only $files || failed=1
done
if command -v cppcheck >/dev/null 2>&1 && [ -n "$CPPCHECK" ]; then
    # shellcheck disable=SC2086
    cppcheck --quiet --enable=warning,portability --suppress=missingIncludeSystem --error-exitcode=1 -I. $files || failed=1
fi
[ "$failed" -eq 0 ] && echo "lint: clean"
exit "$failed"
