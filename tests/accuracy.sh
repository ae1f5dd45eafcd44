#!/bin/sh
# Errors of partial derivatives against MPFR at a few points of each kind; `make bench-accuracy` looks at thousands.
if [ ! -e /usr/include/mpfr.h ]; then
    echo "SKIP accuracy: no <mpfr.h>; Debian has it in libmpfr-dev"
    exit 0
fi
if make -s --no-print-directory "BUILD=$BUILD" "CC=${CC:-gcc}" "$BUILD/tests/accuracy" && timeout 300 "$BUILD/tests/accuracy" -q 18; then
    echo "PASS accuracy"
else
    echo "FAIL accuracy"
fi
