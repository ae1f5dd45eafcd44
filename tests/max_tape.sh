#!/bin/sh
# tests/max_tape.sh: --max-tape: what is measured on the heap stays below the limit, and the numbers stay the same to the bit.
CC=${CC:-gcc}
runtime=$PWD/runtime lib=$(dirname "$ADGEN")/libadgen_rt.a
cd "$DIR" || exit 1
check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@" >log 2>&1; then echo "PASS max_tape/$name"; else echo "FAIL max_tape/$name"; sed 's/^/    /' log | tail -n 20; fi
}

cat >f.c <<'END'
#include <adgen.h>
#include <math.h>

/* A time loop over an array. */
AD_VJP(u, k -> u)
void heat(AD_LEN(50) double *u, double k, int steps)
{
    for (int t = 0; t < steps; t++) {
        double v[50];
        for (int i = 0; i < 50; i++) {
            double l = i > 0 ? u[i - 1] : 0, r = i < 50 - 1 ? u[i + 1] : 0;
            v[i] = u[i] + k * sin(l - 2 * u[i] + r);
        }
        for (int i = 0; i < 50; i++)
            u[i] = v[i];
    }
}

/* A number that each step needs. */
AD_GRAD(x, r)
double logistic(double x, double r, int steps)
{
    for (int t = 0; t < steps; t++)
        x = r * x * (1 - x);
    return x;
}

/* Steps that are not counted before. */
AD_GRAD(x)
double decay(double x, double end)
{
    double s = 0;
    while (x > end) {
        x -= 1e-4 * sin(x);
        s += x * x;
    }
    return s;
}

/* Two loops one after the other, in which arrays of a run-time length advance. */
AD_VJP(u, k -> u)
void two(AD_LEN(n) double *u, double k, int n, int steps)
{
    for (int t = 0; t < steps; t++)
        for (int i = 1; i < n; i++)
            u[i] += k * sin(u[i - 1]);
    for (int t = 0; t < steps; t++)
        for (int i = n - 1; i > 0; i--)
            u[i - 1] += k * u[i] * u[i];
}

/* Arrays and a stack: iterations are independent, and what they keep grows with n. */
AD_VJP(x -> x)
void mixed(AD_LEN(n) double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double v = x[i];
        while (v > 0.5)
            v = 0.6 * v * v + 0.01 * v;
        x[i] = sin(v);
    }
    for (int i = 0; i < n; i++)
        s += x[i];
    for (int i = 0; i < n; i++)
        x[i] += s * s;
}
END
cat >main.c <<'END'
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void heat_vjp(double *, double, int, double *, double *);
double logistic_grad(double, double, int, double *, double *);
double decay_grad(double, double, double *);
void two_vjp(double *, double, int, int, double *, double *);
void mixed_vjp(double *, int, double *);

static size_t now, peak;
void *__real_malloc(size_t), *__real_calloc(size_t, size_t), *__real_realloc(void *, size_t);
void __real_free(void *);

static void *count(void *p, size_t bytes)
{
    now += p ? malloc_usable_size(p) : 0;
    peak = now > peak ? now : peak;
    (void)bytes;
    return p;
}
void *__wrap_malloc(size_t n) { return count(__real_malloc(n), n); }
void *__wrap_calloc(size_t n, size_t size) { return count(__real_calloc(n, size), n * size); }
void __wrap_free(void *p)
{
    now -= p ? malloc_usable_size(p) : 0;
    __real_free(p);
}
void *__wrap_realloc(void *p, size_t n) /* both may be there while it is moved */
{
    void *q = __wrap_malloc(n);
    if (p)
        memcpy(q, p, malloc_usable_size(p) < n ? malloc_usable_size(p) : n);
    __wrap_free(p);
    return q;
}

void ad_out_of_memory(size_t bytes)
{
    fprintf(stderr, "no room for %zu bytes\n", bytes);
    exit(7);
}

/* main WHICH SIZE STEPS LIMIT: prints the derivatives' bits; the heap stays below LIMIT, and nothing is left. */
int main(int argc, char **argv)
{
    int which = atoi(argv[1]), n = atoi(argv[2]), steps = atoi(argv[3]);
    size_t limit = strtoull(argv[4], NULL, 10);
    static double u[100000], d[100000], d_k, d_r, s;
    for (int i = 0; i < n; i++) {
        u[i] = 0.2 + i % 7 * 0.1;
        d[i] = 1 - i % 3 * 0.3;
    }
    (void)argc;
    now = peak = 0;
    switch (which) {
    case 0: heat_vjp(u, 0.1, steps, d, &d_k); break;
    case 1: s = logistic_grad(0.3, 3.2, steps, d, &d_r); break;
    case 2: s = decay_grad(0.9, 0.9 / steps, d); break;
    case 3: two_vjp(u, 0.001, n, steps, d, &d_k); break;
    default: mixed_vjp(u, n, d);
    }
    fprintf(stderr, "peak %zu\n", peak);
    if (now || (limit && peak > limit)) {
        fprintf(stderr, "peak %zu, limit %zu, not freed %zu\n", peak, limit, now);
        return 1;
    }
    unsigned long long hash = 0;
    for (int i = 0; i < n; i++) {
        unsigned long long bits[2];
        memcpy(bits, &u[i], 8);
        memcpy(bits + 1, &d[i], 8);
        hash = (hash * 31 + bits[0]) * 31 + bits[1];
    }
    printf("%a %a %a %llx\n", d_k, d_r, s, hash);
    return 0;
}
END
build() { # build PROGRAM OPTIONS...
    program=$1
    shift
    "$ADGEN" f.c -o "$program.out.c" "$@" || return 1
    $CC -std=c99 -Wall -Wextra -Wpedantic -Werror -ffp-contract=off -O1 -I"$runtime" -c "$program.out.c" -o "$program.o" || return 1
    $CC -O1 -w -I"$runtime" "$program.o" main.c "$lib" -o "$program" -lm \
        -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free
}
same() { # same LIMIT WHICH SIZE STEPS: below the limit, and as without it
    ./free "$2" "$3" "$4" 0 >want || return 1
    "./max$1" "$2" "$3" "$4" "$(($1 * 1024))" >got && cmp want got
}
above() { # above BYTES WHICH SIZE STEPS: without the option it is more
    ! ./free "$2" "$3" "$4" "$1" >/dev/null
}
no_room() { # no_room LIMIT WHICH SIZE STEPS: ad_out_of_memory is called
    "./max$1" "$2" "$3" "$4" "$(($1 * 1024))"
    [ $? -eq 7 ]
}
check build_without build free
for k in 4 64 1024; do check "build_$k" build max$k --max-tape ${k}K; done

for k in 4 64 1024; do
    check "heat_$k" same $k 0 50 3000
    check "logistic_$k" same $k 1 1 30000
    check "decay_$k" same $k 2 1 100
done
for k in 64 1024; do check "two_$k" same $k 3 100 500; done
check mixed_1024 same 1024 4 10000 0
check heat_is_more above 1048576 0 50 3000
check two_is_more above 65536 3 100 500
check logistic_is_more above 65536 1 1 30000
check no_room_for_state no_room 4 3 1000 10
check no_room_for_stack no_room 64 4 100000 0
check short same 4 0 50 0

# Sizes that are proven to be small enough change nothing.
printf '#include <adgen.h>\nAD_GRAD(x)\ndouble p(const double x[10])\n{\n    double p = 1;\n    for (int i = 0; i < 10; i++)\n        p *= x[i];\n    return p;\n}\n' >small.c
"$ADGEN" small.c -o - | sed 's/adgen small.*//' >small.want
"$ADGEN" small.c -o - --max-tape 1K | sed 's/adgen small.*//' >small.got
check small cmp small.want small.got
sed '/^\/\* Steps that are not/,/^}/d' f.c >counted.c
check check timeout 100 "$ADGEN" counted.c -o out.c --max-tape 8KiB --check --set steps=7 --set k=0.1 --set n=9
check standalone sh -c "\"$ADGEN\" f.c -o alone.c --max-tape 64K --standalone && $CC -std=c99 -Wall -Wextra -Werror -c alone.c -o alone.o"
