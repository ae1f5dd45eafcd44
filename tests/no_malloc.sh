#!/bin/sh
# --no-malloc and --tape-storage: objects without malloc, for a Cortex-M4 too; the same bits wherever values are kept; workspaces of exactly
# the size that is said. Prints PASS and FAIL lines.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
RT=${BUILD:-build}
case $RT in /*) ;; *) RT=$ROOT/$RT ;; esac
DIR=${DIR:-$(mktemp -d)}
CC=${CC:-gcc}
OBJECT=${CC%% *} # what an object refers to, without sanitizers
STRICT='-std=c99 -Wall -Wextra -Wpedantic -Werror -ffp-contract=off'
SAN='-fsanitize=address,undefined -fno-sanitize-recover=undefined'
export ASAN_OPTIONS=detect_leaks=0
cd "$DIR" || exit 1
verdict() { if [ "$1" -eq 0 ]; then echo "PASS no_malloc/$2"; else echo "FAIL no_malloc/$2"; head -n 30 log; fi; }

# ---- no call of the heap in the object, none in the program that is linked of it
heap='\b(malloc|calloc|realloc|free|ad_tape_[a-z]*|ad_stack_[a-z]*|ad_log_[a-z]*|ad_out_of_memory)\b'
no_heap() { # no_heap OBJECT
    nm -u "$1" >names || return 1
    ! grep -E "$heap" names >>log
}
: >log
for storage in stack static arg; do
    "$ADGEN" --no-malloc --tape-storage=$storage "$ROOT/tests/numeric/no_malloc_bounds.c" -o $storage.c 2>log &&
        $OBJECT $STRICT -O1 -I"$ROOT/runtime" -c $storage.c -o $storage.o 2>>log && no_heap $storage.o
    verdict $? "object_$storage"
    "$ADGEN" --no-malloc --tape-storage=$storage --standalone "$ROOT/tests/numeric/no_malloc_bounds.c" -o alone_$storage.c 2>log &&
        $OBJECT $STRICT -O1 -I"$ROOT/runtime" -c alone_$storage.c -o alone_$storage.o 2>>log && no_heap alone_$storage.o &&
        ! nm -u alone_$storage.o | grep ' ad_' >>log && ! grep -E '\b(malloc|realloc|calloc|free)\(' alone_$storage.c >>log
    verdict $? "standalone_$storage"
done
# The test can fail: from the heap it is seen.
"$ADGEN" "$ROOT/tests/numeric/no_malloc_bounds.c" -o heap.c 2>log && $OBJECT $STRICT -O1 -I"$ROOT/runtime" -c heap.c -o heap.o 2>>log
if no_heap heap.o; then verdict 1 heap_is_seen; else verdict 0 heap_is_seen; fi

# ---- a microcontroller
if arm-none-eabi-gcc --version >/dev/null 2>&1; then
    for storage in stack static arg; do
        arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 $STRICT -O2 -I"$ROOT/runtime" -c $storage.c -o arm.o 2>log &&
            arm-none-eabi-nm -u arm.o >names && ! grep -E "$heap" names >>log
        verdict $? "cortex_m4_$storage"
        arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 $STRICT -O2 -I"$ROOT/runtime" -c alone_$storage.c -o arm.o 2>log &&
            arm-none-eabi-nm -u arm.o >names && ! grep -E "$heap| ad_" names >>log
        verdict $? "cortex_m4_standalone_$storage"
    done
else
    echo "PASS no_malloc/cortex_m4 SKIPPED: arm-none-eabi-gcc is not installed (Debian: gcc-arm-none-eabi libnewlib-arm-none-eabi)"
fi

# ---- the controller of samples/mpc
"$ADGEN" --no-malloc "$ROOT/samples/mpc/mpc.c" -o mpc_grad.c 2>log && $OBJECT $STRICT -O2 -I"$ROOT/runtime" -I"$ROOT/samples/mpc" -c mpc_grad.c -o mpc.o 2>>log &&
    nm -u mpc.o >names && ! grep -vwE 'sinf|cosf|sincosf|_GLOBAL_OFFSET_TABLE_' names >>log
verdict $? mpc_object

# ---- the same bits, workspaces of exactly the size
cat >f.c <<'C'
#include <math.h>
#include <adgen.h>
AD_GRAD(w)
double f(AD_LEN(n) const double *w, int n, int m)
{
    double h = 0.1, x[3] = {0.3, 0.2, 0.1};
    if (n > 50 || m > 40)
        return 0;
    for (int t = 0; t < m; t++) {
        for (int i = 0; i < n; i++)
            h = tanh(w[i] * h + x[t % 3]);
        x[t % 3] = x[(t + 1) % 3] * h;
        for (int k = 0; k < 5 && h > 0.2; k++)
            h = h * (0.9 + 0.1 * sin(h));
    }
    return h;
}
C
cat >main.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <adgen_rt.h>
double f_heap(const double *w, int n, int m, double *d_w);
double f_stack(const double *w, int n, int m, double *d_w);
double f_static(const double *w, int n, int m, double *d_w);
double f_arg(const double *w, int n, int m, double *d_w, void *workspace);
size_t f_arg_workspace(int n, int m);
int main(void)
{
    double w[50], d[5][50];
    int wrong = 0;
    ad_pool pool = {0};
    for (int i = 0; i < 50; i++)
        w[i] = 0.5 + 0.03 * i;
    for (int n = 0; n <= 50; n += 10)
        for (int m = 0; m <= 40; m += 8)
            for (int shift = 0; shift < 16; shift += 5) {
                size_t bytes = f_arg_workspace(n, m);
                char *space = malloc(bytes + (size_t)shift);
                memset(d, 0, sizeof d);
                double r[5] = {f_heap(w, n, m, d[0]), f_stack(w, n, m, d[1]), f_static(w, n, m, d[2]), f_arg(w, n, m, d[3], space + shift),
                               f_arg(w, n, m, d[4], ad_pool_get(&pool, bytes))};
                for (int k = 1; k < 5; k++)
                    wrong += memcmp(&r[k], &r[0], sizeof *r) != 0 || memcmp(d[k], d[0], sizeof *d) != 0;
                wrong += n && m && d[0][0] == 0;
                free(space);
            }
    ad_pool_free(&pool);
    printf("%d wrong\n", wrong);
    return wrong != 0;
}
C
good=0
for storage in heap stack static arg; do
    sed 's/^AD_GRAD(w)//' f.c >plain.c
    "$ADGEN" plain.c --tape-storage=$storage --grad 'f(w)' --name f_$storage -o f_$storage.c 2>log || good=1
done
# shellcheck disable=SC2086
[ $good -eq 0 ] && gcc $SAN $STRICT -I"$ROOT/runtime" -o main main.c f_heap.c f_stack.c f_static.c f_arg.c "$(dirname "$ADGEN")/libadgen_rt.a" -lm 2>log && ASAN_OPTIONS=detect_leaks=1 ./main >>log 2>&1
verdict $? same_bits

# ---- the header has the workspace's function
"$ADGEN" f.c --tape-storage=arg -o g.c --header 2>log && grep -q 'size_t f_grad_workspace(int n, int m);' g.h &&
    printf '#include "g.h"\nint main(void)\n{\n    return f_grad_workspace(2, 3) == 0;\n}\n' >use.c && $CC $STRICT -I"$ROOT/runtime" -o use use.c g.c "$RT/libadgen_rt.a" -lm 2>log && ./use
verdict $? header

# ---- a record as the result: the workspace stands before it
cat >record.c <<'C'
#include <math.h>
#include <adgen.h>
typedef struct {
    double sum, last;
} Two;

AD_VJP(x)
Two returned(AD_LEN(n) const double *x, short n)
{
    Two r = {0, 1};
    for (int i = 0; i < n; i++) {
        r.sum += r.last * x[i];
        r.last = sin(r.last * x[i]);
    }
    return r;
}
C
CC="$CC $SAN" "$ADGEN" record.c --tape-storage=arg --check --set n=5 -o g.c >log 2>&1 && grep -q 'Two returned_vjp(const double \*\(restrict \)*x, short n, double \*d_x, Two d_return, void \*workspace)' g.c
verdict $? record

# ---- options that do not fit
"$ADGEN" f.c --no-malloc --tape-storage=heap -o g.c 2>log
[ $? -eq 2 ] && grep -q -e '--no-malloc does not go with --tape-storage=heap' log
verdict $? no_heap_option
"$ADGEN" f.c --tape-storage=cloud -o g.c 2>log
[ $? -eq 2 ] && grep -q -e '--tape-storage=cloud: one of stack, static, arg, heap' log
verdict $? unknown_storage
exit 0
