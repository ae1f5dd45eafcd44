#!/bin/sh
# --split: the forward function's tape and the reverse function against differences and the tangent, for the functions of tests/numeric; what
# it refuses. Prints PASS and FAIL lines.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
export ASAN_OPTIONS=detect_leaks=0 ADGEN_CHECK_RUN="env ASAN_OPTIONS=detect_leaks=1"
export ADGEN_CHECK_FLAGS='-std=c99 -Wall -Wextra -Wpedantic -Werror -ffp-contract=off'
cd "$DIR" || exit 1

# The words after `// check:` as arguments.
directive() { sed -n '1,12s|^// check: *||p' "$1" | tr '\n' ' '; }

# --vjp 'f(x -> y)' --split for each AD_GRAD or AD_VJP, one word a line.
requests() {
    awk '/^AD_(GRAD|VJP)\(.*\)$/ { spec = $0; sub(/^AD_(GRAD|VJP)/, "", spec); if (spec == "()") spec = ""; next }
         /^AD_/ { next }
         spec != "" && match($0, /[A-Za-z_0-9]+\(/) { print "--vjp"; print substr($0, RSTART, RLENGTH - 1) spec; print "--split"; spec = "" }' "$1"
}

one() { # one FILE
    name=split/$(basename "$1" .c)
    sed '/^AD_\(GRAD\|VJP\|JVP\|HVP\|JACOBIAN\|HESSIAN\)(.*)$/d' "$1" >in.c
    eval "set -- $(directive "$1") $(requests "$1" | sed "s/.*/'&'/" | tr '\n' ' ')"
    if SINGLE=1 CHECK_CC="${CC:-gcc}" CC="sh $ROOT/tests/check_cc" \
        timeout 300 "$ADGEN" --check in.c -o out.c -std=c99 -I"$ROOT/tests/numeric" "$@" >log 2>&1; then
        echo "PASS $name"
    else
        echo "FAIL $name"
        cat log
    fi
}

if [ $# -gt 0 ]; then
    for f; do
        one "$ROOT/tests/numeric/$f.c"
    done
    exit
fi
for f in arrays attention exits effects file_scope heap_kept allocations numerics rows_of_pointers hoisting \
    struct_pointers switch loops addresses_kept addresses_within recursion pointers; do
    one "$ROOT/tests/numeric/$f.c"
done

check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@" >log 2>&1; then echo "PASS split/$name"; else echo "FAIL split/$name"; cat log err 2>/dev/null; fi
}

cat >half.c <<'C'
#include <math.h>
#include <stdio.h>
struct pair { double a; int n; };

double walk(double *x, const double *w, int n, struct pair *last)
{
    double t[4] = {0}, s = 0;
    for (int i = 0; i < n; i++) {
        t[i % 4] += sin(x[i]) * w[i];
        if (t[i % 4] > 0.5)
            x[i] = t[i % 4] * x[i];
        s += x[i] * t[(i + 1) % 4];
    }
    last->a = s * t[1];
    printf("walked %d\n", n);
    return s;
}

struct pair ends(const double *x, int n)
{
    struct pair p = {x[0] * x[n - 1], n};
    return p;
}
C
cat >main.c <<'C'
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "out.h"
#define N 9
int main(void)
{
    double x[2][N], w[N], d_x[2][N], d_w[2][N], y[2], late[N], late_d[N], late_w[N] = {0}, yl;
    struct pair last[2] = {{0}}, d_last[2] = {{0}}, dl = {0}, ll = {0}, e;
    for (int i = 0; i < N; i++) {
        x[0][i] = x[1][i] = late[i] = 0.3 + 0.1 * i;
        d_x[0][i] = d_x[1][i] = late_d[i] = 1 - 0.2 * i;
        w[i] = 1.5 - 0.3 * i;
        d_w[0][i] = d_w[1][i] = 0;
    }
    d_last[0].a = d_last[1].a = dl.a = 0.7;
    y[0] = walk_vjp(x[0], w, N, &last[0], d_x[0], d_w[0], &d_last[0], 2.0);
    ad_tape *first = walk_fwd(x[1], w, N, &last[1], &y[1]);
    ad_tape *second = walk_fwd(late, w, N, &ll, &yl); /* two tapes at once, taken in another order */
    walk_rev(first, x[1], w, N, &last[1], d_x[1], d_w[1], &d_last[1], 2.0);
    walk_rev(second, late, w, N, &ll, late_d, late_w, &dl, 2.0);
    assert(y[0] == y[1] && y[0] == yl && last[0].a == last[1].a && last[0].n == last[1].n);
    assert(!memcmp(x[0], x[1], sizeof x[0]) && !memcmp(d_x[0], d_x[1], sizeof d_x[0]) && !memcmp(d_w[0], d_w[1], sizeof d_w[0]));
    assert(!memcmp(d_x[0], late_d, sizeof d_x[0]) && !memcmp(d_w[0], late_w, sizeof late_w));
    assert(d_last[0].a == d_last[1].a && d_last[0].a == dl.a);
    double d_e[N] = {0};
    struct pair seed = {3, 0};
    ad_tape *third = ends_fwd(w, N, &e);
    ends_rev(third, w, N, d_e, seed);
    assert(e.a == w[0] * w[N - 1] && e.n == N && d_e[0] == 3 * w[N - 1] && d_e[N - 1] == 3 * w[0] && d_e[1] == 0);
    return 0;
}
C
halves() {
    "$ADGEN" half.c --vjp 'walk' --vjp 'walk' --split --vjp ends --split -o out.c --header || return 1
    ${CC:-gcc} -std=c99 -Wall -Wextra -Wpedantic -Werror -g -fsanitize=address,undefined -I"$ROOT/runtime" -c out.c || return 1
    ${CC:-gcc} -std=c99 -Wall -Wextra -g -fsanitize=address,undefined -I"$ROOT/runtime" out.o half.c main.c "$(dirname "$ADGEN")/libadgen_rt.a" -lm -o main || return 1
    ASAN_OPTIONS=detect_leaks=1 ./main >said || return 1
    [ "$(grep -c 'walked 9' said)" -eq 3 ] # in each forward function once, in no reverse one
}
standalone() {
    "$ADGEN" half.c --vjp 'walk' --split --standalone -o alone.c && ! grep -q adgen_rt alone.c && ${CC:-gcc} -std=c99 -Wall -Wextra -Werror -c alone.c
}
cxx() {
    "$ADGEN" half.c --vjp 'walk' --split --standalone -o alone.c --header || return 1
    for h in out.h alone.h; do
        printf '#include "%s"\nint main() { return 0; }\n' $h >header.cc
        ${CXX:-g++} -Wall -Wextra -Werror -I"$ROOT/runtime" -fsyntax-only header.cc || return 1
    done
}
refuses() { # refuses TEXT ARGS...
    text=$1
    shift
    ! "$ADGEN" half.c -o no.c "$@" 2>err && grep -qF -- "$text" err && [ ! -e no.c ]
}
check halves halves
check standalone standalone
if command -v ${CXX:-g++} >/dev/null; then check cxx cxx; fi
cat >over.c <<'C'
#include <complex.h>
#include <math.h>
struct S {
    float f;
    double d[3];
    int k;
};
double global[5];

double twice(double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        x[i] = x[i] * x[i] + 1;
        s += x[i] * x[i];
    }
    for (int i = 0; i < n; i++) {
        x[i] = s * x[i];
        s += x[i];
    }
    return s;
}

double fields(struct S *p, struct S q)
{
    p->f = p->f * p->f;
    p->d[1] *= p->f;
    q.d[2] = q.d[1] * q.d[q.k];
    return p->f * p->d[1] * q.d[2];
}

double matrix(double a[3][4], int i, int j)
{
    a[i][j] = a[i][j] * a[i][0];
    a[i][0] = 3;
    return a[i][j] * a[i][1] * a[i][0];
}

double of_global(double x, int n)
{
    for (int i = 1; i < n; i++)
        if (i % 2 == 0)
            global[i] = global[i - 1] * x * global[i];
    return global[2] + global[n - 1];
}

double numbers(double _Complex *z, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        z[i] = z[i] * z[i];
        s += creal(z[i]);
    }
    return s;
}

double until(float *y, int n)
{
    int i = 0;
    double s = 0;
    while (i < n && s < 10) {
        y[i] = y[i] * y[i] * 2;
        s += y[i];
        i++;
    }
    return s;
}

void state(double *x, double *y, int n)
{
    for (int t = 0; t < 3; t++)
        for (int i = 1; i < n; i++)
            x[i] = sin(x[i] * x[i - 1]);
    for (int i = 0; i < n; i++)
        y[i] = x[i];
}

double rows(double **x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        x[i][0] = x[i][0] * x[i][1];
        s += x[i][0];
    }
    return s;
}

void pick(double *x, double *z, int n, int j, double *y)
{
    double *p = j > 1 ? x : z;
    for (int i = 0; i < n; i++) {
        p[i] = p[i] * p[i] + x[i];
        y[i] = p[i] * z[i];
    }
}

double kept(const double *x, int n)
{
    double *row[4] = {0}, t[4] = {0}, s = 0;
    for (int i = 0; i < 4; i++)
        row[i] = &t[(i + 1) % 4];
    for (int i = 0; i < n; i++)
        *row[i % 4] += x[i] * s, s += *row[(i + 1) % 4] + x[i];
    return s;
}
C
overwritten() { # overwritten OPTIONS: of each
    CC="${CC:-gcc} -fsanitize=address,undefined -fno-sanitize-recover=undefined" "$ADGEN" --check over.c -o over_out.c -std=c99 --set n=5 --set i=1 \
        --set j=2 --set q.k=2 --set p.k=1 --len x=n --len y=n --len z=n "$@"
}
check overwritten overwritten --vjp 'twice(x)' --split --vjp 'fields(p, q)' --split --vjp 'matrix(a)' --split --vjp 'of_global(x, global)' --split \
    --vjp 'numbers(z)' --split --vjp 'until(y)' --split --vjp 'state(x -> y)' --split --vjp 'pick(x, z -> y)' --split
check other_root overwritten --vjp 'pick(x, z -> y)' --split --set j=0
check directions overwritten --vjp 'twice(x)' --split --directions 3 --vjp 'matrix(a)' --split --directions 2 --vjp 'of_global(x, global)' --split \
    --directions 3 --vjp 'until(y)' --split --directions 2 --vjp 'state(x -> y)' --split --directions 3 --vjp 'numbers(z)' --split --directions 2 \
    --vjp 'kept(x)' --split --directions 3
own_directions() {
    sed '/^AD_VJP(/d' "$ROOT/tests/numeric/addresses_within.c" >within.c
    CC="${CC:-gcc} -fsanitize=address,undefined -fno-sanitize-recover=undefined" "$ADGEN" --check within.c -o within_out.c -std=c99 --set n=4 \
        --vjp 'arrays(x)' --split --directions 3 --vjp 'globals(x, table -> table)' --split --directions 2 \
        --vjp 'recursive_global(x, table)' --split --directions 3 --vjp 'matrix(x -> y)' --split --directions 2
}
check own_directions own_directions
overwritten_twice() { # d_x is added to, not a seed: 100 + 2 x, where x is overwritten by x * x
    printf 'double square(double *x) { return x[0] = x[0] * x[0]; }\n' >sq.c
    printf '#include <assert.h>\n#include "sq_out.h"\nint main(void) { double x[1] = {3}, d_x[1] = {100}, y; ad_tape *t = square_fwd(x, &y);' >sq_main.c
    printf ' square_rev(t, x, d_x, 1); assert(y == 9 && x[0] == 9 && d_x[0] == 106); return 0; }\n' >>sq_main.c
    "$ADGEN" sq.c --vjp 'square(x)' --split --standalone --header -o sq_out.c &&
        ${CC:-gcc} -std=c99 -Wall -Wextra -Wpedantic -Werror -g -fsanitize=address,undefined -I"$ROOT/runtime" sq.c sq_out.c sq_main.c -lm -o sq &&
        ASAN_OPTIONS=detect_leaks=1 ./sq
}
check overwritten_sums overwritten_twice
refuses_over() { ! "$ADGEN" over.c -o no.c "$@" 2>err && grep -qF -- "$text" err && [ ! -e no.c ]; }
text="over.c:82:9: error: --split: 'd_x' would be needed here, in the forward function, and only the reverse function is given it"
check overwritten_rows refuses_over --vjp 'rows(x)' --split
check not_vjp refuses '--split comes after the --vjp that it belongs to' --grad walk --split
check not_both refuses '--primal-done and --split exclude each other' --vjp walk --primal-done --split
