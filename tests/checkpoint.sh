#!/bin/sh
# AD_CHECKPOINT: the same bits as without it; the nonlinear heat equation with 10,000 steps in little memory. PASS and FAIL lines.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
STRICT='-std=c99 -Wall -Wextra -Wpedantic -Werror -ffp-contract=off'
export ASAN_OPTIONS=detect_leaks=0
cd "$DIR" || exit 1
verdict() { if [ "$1" -eq 0 ]; then echo "PASS checkpoint/$2"; else echo "FAIL checkpoint/$2"; head -n 30 log; fi; }

cat >heat.c <<'C'
#include <adgen.h>
#include <math.h>
double heat(AD_LEN(n) const double *start, AD_LEN(2) const double *k, int n, int steps)
{
    double u[1000], next[1000], s = 0;
    for (int i = 0; i < n; i++)
        u[i] = next[i] = start[i];
    AD_CHECKPOINT()
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            next[i] = u[i] + k[0] * (1 + k[1] * u[i] * u[i]) * (u[i + 1] - 2 * u[i] + u[i - 1]);
        for (int i = 1; i < n - 1; i++)
            u[i] = next[i];
    }
    for (int i = 0; i < n; i++)
        s += u[i] * u[i];
    return s;
}
/* Ends when it is calm: the number of steps is not known before. */
double calm(AD_LEN(n) double *u, int n, double k)
{
    double change = 1;
    AD_CHECKPOINT(5)
    while (change > 1e-3) {
        double left = u[0];
        change = 0;
        for (int i = 1; i < n - 1; i++) {
            double here = u[i], d = k * sin(left - 2 * here + u[i + 1]);
            u[i] = here + d;
            change += d * d;
            left = here;
        }
    }
    return change;
}
C
cat >main.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
double heat_with(const double *start, const double *k, int n, int steps, double *d_start, double *d_k);
double heat_without(const double *start, const double *k, int n, int steps, double *d_start, double *d_k);
double calm_with(double *u, int n, double k, double *d_u, double *d_k, double d_return);
double calm_without(double *u, int n, double k, double *d_u, double *d_k, double d_return);
static size_t now, peak;
void *__real_malloc(size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n)
{
    size_t *p = __real_malloc(n + 16);
    *p = n;
    now += n;
    peak = now > peak ? now : peak;
    return p + 2;
}
void __wrap_free(void *p)
{
    size_t *q = p;
    if (!p)
        return;
    now -= q[-2];
    __real_free(q - 2);
}
static double start[1000], d[2][1000], k[2] = {0.2, 0.3}, d_k[2][2], u[2][1000], d_one[2];
static int bits(int n, int steps)
{
    memset(d, 0, sizeof d);
    memset(d_k, 0, sizeof d_k);
    double a = heat_with(start, k, n, steps, d[0], d_k[0]), b = heat_without(start, k, n, steps, d[1], d_k[1]);
    return a != b || memcmp(d[0], d[1], sizeof *d) || memcmp(d_k[0], d_k[1], sizeof *d_k) || d[0][n / 2] == 0;
}
int main(int argc, char **argv)
{
    int wrong = 0;
    for (int i = 0; i < 1000; i++)
        start[i] = (i * 37 % 100) / 100.0;
    if (argc > 1) {
        heat_with(start, k, 1000, 10000, d[0], d_k[0]);
        printf("peak %lu bytes, %.2f states\n", (unsigned long)peak, (double)peak / (2 * sizeof start));
        return argv[1][0] == 'n' || peak > 45 * 2 * sizeof start || now != 0;
    }
    for (int n = 3; n < 40; n += 9)
        for (int steps = 0; steps < 70; steps++)
            wrong += bits(n, steps);
    for (int n = 3; n < 60; n += 7) {
        for (int j = 0; j < 2; j++) {
            memcpy(u[j], start, sizeof start);
            memset(d[j], 0, sizeof d[j]);
            d_one[j] = 0;
            for (int i = 0; i < n; i++)
                d[j][i] = i + 1;
        }
        double a = calm_with(u[0], n, 0.2, d[0], &d_one[0], 2), b = calm_without(u[1], n, 0.2, d[1], &d_one[1], 2);
        wrong += a != b || memcmp(u[0], u[1], sizeof *u) || memcmp(d[0], d[1], sizeof *d) || d_one[0] != d_one[1];
    }
    printf("%d wrong, %lu bytes left\n", wrong, (unsigned long)now);
    return wrong || now;
}
C
"$ADGEN" heat.c -o with.c --grad 'heat(start, k)' --name heat_with --vjp 'calm(u, k -> u)' --name calm_with 2>log &&
    "$ADGEN" heat.c -o without.c -fno-checkpoint --grad 'heat(start, k)' --name heat_without --vjp 'calm(u, k -> u)' --name calm_without 2>log &&
    grep -q ad_checkpoint_due with.c && ! grep -q ad_checkpoint without.c &&
    ${CC:-gcc} $STRICT -O1 -Wl,--wrap=malloc -Wl,--wrap=free -I"$ROOT/runtime" -o main main.c with.c without.c "$(dirname "$ADGEN")/libadgen_rt.a" -lm 2>log
verdict $? build
./main >log 2>&1
verdict $? same_bits
./main memory >log 2>&1
verdict $? memory
exit 0
