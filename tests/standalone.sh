#!/bin/sh
# --standalone: one file, no warning, nothing to link but libm. Prints PASS and FAIL lines.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
CC=${CC:-gcc}
STRICT='-std=c99 -Wall -Wextra -Wpedantic -Werror -ffp-contract=off'
export ASAN_OPTIONS=detect_leaks=0
cd "$DIR" || exit 1

# Numeric tests that use the runtime (of every sixteenth file; ALL=1: all): both compilers take the file, and it leaves no name of the runtime open.
strict() { # strict FILE
    grep -q '^// std: ' "$1" && return 0 # newer C than this one
    "$ADGEN" --standalone "$1" -o out.c -std=c99 2>log || return 1
    grep -q 'adgen.*\.h>' out.c && return 1
    # shellcheck disable=SC2086
    gcc $STRICT -O1 -I"$ROOT/tests/numeric" -I"$ROOT/runtime" -c out.c -o out.o 2>log && clang $STRICT -I"$ROOT/tests/numeric" -I"$ROOT/runtime" -fsyntax-only out.c 2>log || return 1
    ! nm -u out.o | grep -q ' ad_'
}
n=0 k=0
for f in "$ROOT"/tests/numeric/*.c; do
    case $f in *.main.c) continue ;; esac
    k=$((k + 1))
    [ -n "$ALL" ] || [ $((k % 16)) -eq 1 ] || continue
    "$ADGEN" "$f" -o - -std=c99 2>/dev/null | grep -q '<adgen_rt.h>' || continue
    n=$((n + 1))
    strict "$f" || { echo "FAIL standalone/$(basename "$f" .c)"; head -n 20 log; }
done
if [ "$n" -gt 5 ]; then echo "PASS standalone/numeric_tests ($n)"; else echo "FAIL standalone/numeric_tests: only $n use the runtime"; fi

cat >f.c <<'C'
#include <math.h>
#include <adgen.h>

static int checked(int k)
{
    return k + 1;
}

AD_VJP()
double f(double x, int n)
{
    double s = x;
    for (int k = 0; s < 1e3 && k < n; k = checked(k)) {
        if (s > 3)
            s = s * x + lgamma(s);
        else
            s = sin(s) + 2 + x;
    }
    return s;
}

AD_VJP()
float g(float x)
{
    return tgammaf(x);
}
C
cat >main.c <<'C'
#include <math.h>
#include <stdio.h>
double f(double x, int n);
double f_vjp(double x, int n, double *d_x, double d_return);
double f_again(double x, int n, double *d_x, double d_return);
int main(void)
{
    double d = 0, again = 0, h = 1e-6, difference = (f(1.5 + h, 9) - f(1.5 - h, 9)) / (2 * h);
    f_vjp(1.5, 9, &d, 1);
    f_again(1.5, 9, &again, 1);
    printf("%.9g %.9g\n", d, difference);
    return !(fabs(d - difference) < 1e-6 * fabs(d) && d == again);
}
C
# Two such files in one program, and the source beside them.
sed '/adgen.h/d; /^AD_/d' f.c >plain.c
"$ADGEN" --standalone f.c -o one.c 2>log && "$ADGEN" --standalone plain.c -o two.c --vjp f --name f_again 2>log
# shellcheck disable=SC2086
if $CC $STRICT -o main main.c plain.c one.c two.c -lm 2>log && ./main >log 2>&1; then echo "PASS standalone/program"; else echo "FAIL standalone/program"; cat log; fi
# The user's own ad_out_of_memory takes the default's place.
cat >memory.c <<'C'
#include <stdio.h>
#include <stdlib.h>
void *malloc(size_t n);
void ad_out_of_memory(size_t bytes)
{
    (void)bytes;
    exit(7);
}
void *__wrap_malloc(size_t n)
{
    (void)n;
    return NULL;
}
C
# shellcheck disable=SC2086
gcc -std=c99 -Wl,--wrap=malloc -o fails main.c plain.c one.c two.c memory.c -lm 2>log && ./fails >>log 2>&1
if [ $? -eq 7 ]; then echo "PASS standalone/out_of_memory"; else echo "FAIL standalone/out_of_memory"; cat log; fi
# Where malloc fails inside of recursion, nothing is left behind, nor the shadow of what was not allocated.
cat >list.c <<'C'
#include <stdlib.h>
struct cell {
    double v;
    struct cell *next;
};
static struct cell *prepend(struct cell *head, const double *x, int n)
{
    if (n == 0)
        return head;
    struct cell *p = malloc(sizeof *p);
    if (!p)
        return head;
    p->v = x[n - 1] * 2;
    p->next = head;
    return prepend(p, x, n - 1);
}
double list(const double *x, int n)
{
    double s = 0;
    for (struct cell *h = prepend(NULL, x, n), *next; h; h = next) {
        s += h->v * h->v;
        next = h->next;
        free(h);
    }
    return s;
}
C
cat >limited.c <<'C'
#include <stdio.h>
#include <stdlib.h>
double list_grad(const double *x, int n, double *d_x);
void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n)
{
    static int count;
    return n == 2 * sizeof(double) && ++count == 2 ? NULL : __real_malloc(n);
}
int main(void)
{
    double x[3] = {1, 2, 3}, d[3] = {0}, y = list_grad(x, 3, d);
    printf("%g: %g %g %g\n", y, d[0], d[1], d[2]);
    return !(y == 36 && d[0] == 0 && d[1] == 0 && d[2] == 24);
}
C
if "$ADGEN" --standalone --grad list list.c -o list_out.c 2>log &&
    gcc -std=c99 -g -fsanitize=address -Wl,--wrap=malloc -o limited limited.c list_out.c -lm 2>>log && ./limited >>log 2>&1; then
    echo "PASS standalone/failing_recursion"
else
    echo "FAIL standalone/failing_recursion"
    head -n 20 log
fi
# What uses nothing of it gets nothing.
printf 'double sq(double x)\n{\n    return x * x;\n}\n' >sq.c
"$ADGEN" --standalone sq.c --grad sq -o sq_out.c 2>log
if grep -q runtime sq_out.c; then echo "FAIL standalone/nothing_needed"; else echo "PASS standalone/nothing_needed"; fi
exit 0
