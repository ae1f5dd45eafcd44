#!/bin/sh
# samples/demo.sh: what `make demo` shows: a source, the command, what adgen makes of it, checks, training, the learning curve.
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
CC=${CC:-gcc}
out=$BUILD/demo
mkdir -p "$out"
run() { # shows a command, then does it
    echo "\$ $*"
    "$@" || { echo "demo: this failed" >&2; exit 1; }
}
title() { printf '\n---- %s\n\n' "$*"; }

title "samples/spirals/network.c: a classifier and its loss, annotated with what to differentiate"
sed -n '/^#include/,$p' samples/spirals/network.c

title "its gradient"
run "$BUILD/adgen" samples/spirals/network.c -o "$out/network_grad.c" --header
echo
lines=$(sed -n '/loss_grad(.*/,/^}/p' "$out/network_grad.c" | sed '/^ \*/d' | wc -l)
sed -n '/^double loss_grad(/,/^}/p' "$out/network_grad.c" | head -n 100
[ "$lines" -le 100 ] || echo "    ... ($out/network_grad.c has the rest)"

title "checked, then used to train"
# shellcheck disable=SC2086
run "$CC" -std=c99 -O2 -Iruntime -Isamples -Isamples/spirals -I"$out" samples/spirals/main.c samples/spirals/network.c \
    "$out/network_grad.c" "$BUILD/libadgen_rt.a" -lm -o "$out/spirals"
(cd "$out" && ./spirals) || exit 1
if command -v gnuplot >/dev/null 2>&1; then
    (cd "$out" && gnuplot -e "set terminal svg size 660,420 background 'white'; set output 'curve.svg'; set logscale y; set grid; \
        set title 'Two spirals: training loss'; set xlabel 'step'; plot 'curve.txt' with lines lw 2 title 'loss'") || exit 1
    echo "gnuplot drew $out/curve.svg"
else
    echo "drew $out/curve.svg"
fi
