#!/bin/sh
# pool.c: which functions keep under --tape-storage=arg what they would on the heap, in one workspace and with no call of the heap, which must
# not; that the bits are those of the heap, whatever the pool held before. Prints PASS and FAIL lines.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS pool/$1"; else echo "FAIL pool/$1"; echo "    expected '$3', is '$2'"; fi; }
cat >f.c <<'C'
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <adgen.h>

/* an array that each step overwrites: its rows are kept */
AD_GRAD(x)
double in_rows(AD_LEN(n) const double *x, int n, int steps)
{
    double *u = malloc(n * sizeof *u), *v = malloc(n * sizeof *v), s = 0;
    memcpy(u, x, n * sizeof *u);
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            v[i] = u[i] + 0.1 * u[i] * u[i] * (u[i - 1] - 2 * u[i] + u[i + 1]);
        v[0] = u[0], v[n - 1] = u[n - 1];
        double *w = u;
        u = v, v = w;
    }
    for (int i = 0; i < n; i++)
        s += u[i] * u[i];
    free(u);
    free(v);
    return s;
}

AD_GRAD(x)
double in_guarded(AD_LEN(n) const double *x, int n, int steps)
{
    double s = 1;
    if (n < 1 || steps < 1)
        return 0;
    for (int t = 0; t < steps; t++)
        s = sin(s * x[t % n]) + 1;
    return s;
}

/* how often is not a function of the parameters: a stack of known bound */
AD_GRAD(x)
double by_stack(double x, int n)
{
    double s = x;
    for (int k = 0; k < n; k++) {
        if (s > 3)
            break;
        s += sin(s) * x;
    }
    return s;
}

/* the size is in memory: the bound is a constant */
AD_GRAD(x)
double by_bound(AD_LEN(8) const double *x, AD_LEN(1) const int *n)
{
    double s = 1;
    int m = n[0] < 8 ? n[0] : 8;
    for (int i = 0; i < m; i++)
        s = cos(s * x[i]);
    return s;
}

/* the shadow of b is made where n says so */
AD_GRAD(x)
double by_branch(AD_LEN(3) const double *x, int n)
{
    double s = x[0];
    if (n > 0) {
        double *b = malloc(n * sizeof *b);
        for (int i = 0; i < n; i++)
            b[i] = x[i % 3] * s;
        for (int i = 0; i < n; i++)
            s += b[i] * b[n - 1 - i];
        free(b);
    }
    return s * s;
}
C
make_one() { "$ADGEN" f.c -I"$ROOT/runtime" "$@"; }
make_one -o heap.c --header && make_one --tape-storage=arg -o arg.c --header && make_one --tape-storage=arg -fno-pool -o placed.c --header || exit 1
body() { sed -n "/^double $1_grad(/,/^}/p" "$2"; }
calls() { body "$1" "$2" | grep -cE 'ad_tape_|free\('; }
for f in in_rows in_guarded; do result "$f" "$(calls $f arg.c)" 0; done
result rows "$(body in_rows arg.c | grep -c 'each step reads one row') $(body in_rows placed.c | grep -c 'each step reads one row')" '1 0'
for f in by_stack by_bound; do result "$f" "$([ -n "$(body $f arg.c)" ] && [ "$(body $f arg.c)" = "$(body $f placed.c)" ] && echo same)" same; done
result by_branch "$(body by_branch arg.c | grep -c 'd_b = ad_tape_calloc')" 1
make_one --tape-storage=arg --emit=ir --after=pool -o out.ir && result ir "$(grep -c 'ad_workspace_take' out.ir | sed 's/^[1-9].*/some/')" some

cat >main.c <<'C'
#include HEADER
#include <adgen_rt.h>
#include <math.h>
#include <stdio.h>
#ifdef POOL
static ad_pool pool;
static void *dirty(size_t n)
{
    unsigned char *space = ad_pool_get(&pool, n);
    for (size_t i = 0; i < n; i++)
        space[i] = 0xff;
    return space;
}
#define CALL(f, sizes, ...) f##_grad(__VA_ARGS__, dirty(f##_grad_workspace sizes))
#else
#define CALL(f, sizes, ...) f##_grad(__VA_ARGS__)
#endif

int main(void)
{
    const int size[] = {7, 3, 12, 0, -5};
    for (int k = 0; k < 5; k++) {
        int n = size[k], m[1] = {n};
        double x[12], d[12] = {0}, s = 0, d_x = 0;
        for (int i = 0; i < 12; i++)
            x[i] = 0.5 + 0.4 * sin(i);
        if (n > 2)
            s += CALL(in_rows, (n, 5), x, n, 5, d);
        s += CALL(in_guarded, (n, 9 - n), x, n, 9 - n, d) + CALL(by_stack, (n), x[2], n, &d_x);
        s += CALL(by_bound, (), x, m, d) + CALL(by_branch, (n), x, n, d);
        printf("%a %a", s, d_x);
        for (int i = 0; i < 12; i++)
            printf(" %a", d[i]);
        puts("");
    }
#ifdef POOL
    ad_pool_free(&pool);
#endif
    return 0;
}
C
for storage in heap arg; do
    pool=-DPOOL
    [ $storage = arg ] || pool=
    # shellcheck disable=SC2086
    ${CC:-gcc} -std=gnu99 -g -w -ffp-contract=off -fsanitize=address,undefined -fno-sanitize-recover=undefined $pool "-DHEADER=\"$storage.h\"" -I. \
        -I"$ROOT/runtime" -o $storage main.c $storage.c f.c "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ASAN_OPTIONS=detect_leaks=1 ./$storage >$storage.out
done
result same_bits "$(cat arg.out)" "$(cat heap.out)"
result all_sizes "$(wc -l <arg.out)" 5
