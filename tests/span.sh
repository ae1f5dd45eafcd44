#!/bin/sh
# storage_span.c: how many numbers the functions of tests/numeric/windows.c keep for each iteration of the outer loop. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS span/$1"; else echo "FAIL span/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$ROOT/tests/numeric/windows.c" -I"$ROOT/runtime" -o windows.c --header || exit 1

# A number is kept twice in each innermost iteration.
cat >main.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include "windows.h"

static size_t total;
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t size)
{
    total += size;
    return __real_malloc(size);
}
void *__wrap_calloc(size_t n, size_t size)
{
    total += n * size;
    return __real_calloc(n, size);
}

static double x[1100], d_x[1100];

#define SHOW(call) (total = 0, (void)(call), printf("%s %.1f\n", #call, (double)total / 1000 / 16))

int main(void)
{
    SHOW(window_grad(x, 1000, d_x));
    SHOW(window_back_grad(x, 1000, d_x));
    SHOW(band_both_grad(x, 1000, 4, d_x));
    SHOW(band_ifs_grad(x, 1000, 4, d_x));
    SHOW(band_ifs_grad(x, 10, 400, d_x)); /* n * n */
    SHOW(band_off_by_one_grad(x, 1000, 6, d_x));
    SHOW(tiles_grad(x, 1000, d_x));
    return 0;
}
C
${CC:-gcc} -std=gnu99 -w -Wl,--wrap=malloc,--wrap=calloc -I. -I"$ROOT/runtime" -o main main.c windows.c "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./main >out
line() { result "$1" "$(sed -n "$2p" out | sed 's/.* //')" "$3"; }
line window 1 3.0
line steps 2 2.0
line band_both 3 9.0
line band_ifs 4 9.0
line few_rows 5 0.1
line off_by_one 6 6.0
line tiles 7 2.0
