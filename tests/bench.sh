#!/bin/sh
# Gradient time / primal time of each sample with a `// bench: OPTIONS` line (arguments as for --check), and adgen's own time on it.
# Both functions come from the same source, compiler and flags, in one run.
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
export CC="${CC:-gcc}" CFLAGS="${BENCH_CFLAGS:--O3 -march=native}" ADGEN_CHECK_BENCH=1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for file in $(grep -l '^// bench:' samples/*/*.c 2>/dev/null); do
    start=$(date +%s%N)
    "$BUILD/adgen" "$file" -o "$out/out.c" || exit 1
    stop=$(date +%s%N)
    echo "$file: adgen took $(((stop - start) / 1000000)) ms for $(wc -l <"$file") lines"
    eval "set -- $(sed -n 's|^// bench: *||p' "$file")"
    "$BUILD/adgen" --check "$file" -o "$out/out.c" "$@" || exit 1
done
