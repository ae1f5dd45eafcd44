#!/bin/sh
# --primal-done: the same derivative as without it, from what the primal left; refusals. Prints PASS and FAIL lines.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
export ASAN_OPTIONS=detect_leaks=0
cd "$DIR" || exit 1
check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@" >log 2>&1; then echo "PASS primal_done/$name"; else echo "FAIL primal_done/$name"; cat log err 2>/dev/null; fi
}

cat >layers.c <<'C'
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void norm(float *out, float *mean, float *rstd, const float *inp, const float *weight, int rows, int n)
{
    for (int r = 0; r < rows; r++) {
        const float *x = inp + r * n;
        float m = 0, v = 0;
        for (int i = 0; i < n; i++)
            m += x[i];
        m /= n;
        for (int i = 0; i < n; i++)
            v += (x[i] - m) * (x[i] - m);
        float s = 1.0f / sqrtf(v / n + 1e-5f);
        for (int i = 0; i < n; i++)
            out[r * n + i] = s * (x[i] - m) * weight[i];
        mean[r] = m;
        rstd[r] = s;
    }
    printf("norm of %d rows\n", rows);
}

double_t scratch(double *y, const double *x, int n)
{
    double *t = malloc(sizeof *t * (size_t)n), s = 0;
    for (int i = 0; i < n; i++)
        t[i] = sin(x[i]);
    for (int i = 0; i < n; i++) {
        y[i] = t[i] * t[n - 1 - i];
        s += exp(y[i]);
    }
    free(t);
    return s;
}

void soft(double *p, double *pre, const double *x, int t, int n)
{
    double top = -1e4, sum = 0;
    for (int s = 0; s <= t; s++) {
        double v = 2 * x[s] * x[n - 1 - s];
        if (v > top)
            top = v;
        pre[s] = v;
    }
    for (int s = 0; s <= t; s++) {
        double e = exp(pre[s] - top);
        sum += e;
        p[s] = e;
    }
    double inverse = sum == 0 ? 0 : 1 / sum;
    for (int s = 0; s < n; s++) {
        if (s <= t)
            p[s] *= inverse;
        else
            p[s] = 0;
    }
}

void decay(double *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = x[i] * x[i];
}

void scale(double *x, double c, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = 0.5 * x[i] + c;
}
C
cat >main.c <<'C'
#include "done.h"
#include "whole.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
void norm(float *, float *, float *, const float *, const float *, int, int);
double scratch(double *, const double *, int);
static int differ(double a, double b, double eps)
{
    if (fabs(a - b) <= eps * (1 + fabs(a)))
        return 0;
    printf("%.17g instead of %.17g\n", b, a);
    return 1;
}
int main(void)
{
    enum { R = 3, N = 5 };
    float x[R * N], w[N], out[R * N], mean[R], rstd[R], seed[R * N], d[2][5][R * N] = {{{0}}};
    double u[N], y[N], dy[2][N], du[2][N] = {{0}};
    int bad = 0;
    for (int i = 0; i < R * N; i++) {
        x[i] = sinf(3.0f * i);
        seed[i] = cosf(2.0f * i);
    }
    for (int i = 0; i < N; i++) {
        w[i] = 1 + 0.1f * i;
        u[i] = 0.3 * i - 0.5;
        dy[0][i] = dy[1][i] = 0.7 - 0.2 * i;
    }
    for (int k = 0; k < 2; k++)
        memcpy(d[k][0], seed, sizeof seed);
    norm_vjp(out, mean, rstd, x, w, R, N, d[0][0], d[0][1], d[0][2], d[0][3], d[0][4]);
    float was[R * N];
    memcpy(was, out, sizeof out);
    norm_done(out, mean, rstd, x, w, R, N, d[1][0], d[1][1], d[1][2], d[1][3], d[1][4]);
    bad |= memcmp(was, out, sizeof out) != 0;
    for (int k = 0; k < 5; k++)
        for (int i = 0; i < R * N; i++)
            bad |= differ(d[0][k][i], d[1][k][i], 1e-5);
    scratch_vjp(y, u, N, dy[0], du[0], 1.5);
    scratch_done(y, u, N, dy[1], du[1], 1.5);
    for (int i = 0; i < N; i++)
        bad |= differ(du[0][i], du[1][i], 1e-14) | differ(dy[0][i], dy[1][i], 0);
    double pre[N], dpre[2][N] = {{0}}, dv[2][N] = {{0}};
    for (int i = 0; i < N; i++)
        dy[0][i] = dy[1][i] = 0.7 - 0.2 * i;
    soft_vjp(y, pre, u, 3, N, dy[0], dpre[0], dv[0]);
    soft_done(y, pre, u, 3, N, dy[1], dpre[1], dv[1]);
    for (int i = 0; i < N; i++)
        bad |= differ(dv[0][i], dv[1][i], 1e-14) | differ(dy[0][i], dy[1][i], 1e-14) | differ(dpre[0][i], dpre[1][i], 1e-14);
    return bad;
}
C
check makes "$ADGEN" layers.c --vjp norm --vjp scratch --vjp 'soft(x -> p; pre)' -o whole.c --header
check makes_done "$ADGEN" layers.c --vjp norm --primal-done --name norm_done --vjp scratch --primal-done --name scratch_done --vjp 'soft(x -> p; pre)' --primal-done \
    --name soft_done -o done.c --header
check compiles ${CC:-gcc} -std=c99 -Wall -Wextra -Wpedantic -Werror -fsanitize=address,undefined -ffp-contract=off -I"$ROOT/runtime" layers.c \
    whole.c done.c main.c "$(dirname "$ADGEN")/libadgen_rt.a" -lm -o main
export ASAN_OPTIONS=detect_leaks=1
check agrees ./main
once() { [ "$(./main | grep -c 'norm of')" = 1 ]; }
check effects_once once
export ASAN_OPTIONS=detect_leaks=0
# A record that is returned is not kept by anybody: the derivative returns nothing and makes again what it needs of it.
cat >polar.h <<'C'
#pragma once
typedef struct {
    double r, phi[2];
} polar;
polar to_polar(double *trace, const double *x, int n);
C
cat >polar.c <<'C'
#include "polar.h"
#include <math.h>
polar to_polar(double *trace, const double *x, int n)
{
    polar p = {1, {0, 0}};
    for (int i = 0; i < n; i++) {
        p.phi[i % 2] += sin(x[i]) * p.phi[(i + 1) % 2] + x[i];
        trace[i] = exp(p.phi[i % 2]);
        p.r *= 1 + trace[i] * x[i];
    }
    if (p.r > 1e3)
        p.r = sqrt(p.r);
    return p;
}
C
cat >polar_main.c <<'C'
#include "polar_done.h"
#include "polar_whole.h"
#include <math.h>
int main(void)
{
    double x[5] = {.3, -.2, .5, .1, .7}, t[5], dt[2][5], dx[2][5] = {{0}};
    polar seed = {.7, {-.4, 1.5}};
    int bad = 0;
    for (int i = 0; i < 10; i++)
        dt[i / 5][i % 5] = 1 - 0.3 * (i % 5);
    to_polar_vjp(t, x, 5, dt[0], dx[0], seed);
    to_polar_done(t, x, 5, dt[1], dx[1], seed);
    for (int i = 0; i < 5; i++)
        bad |= fabs(dx[0][i] - dx[1][i]) > 1e-13 || dx[0][i] == 0 || dt[0][i] != dt[1][i];
    return bad;
}
C
check record_whole "$ADGEN" polar.c --vjp to_polar -o polar_whole.c --header
check record_done "$ADGEN" polar.c --vjp to_polar --primal-done --name to_polar_done -o polar_done.c --header
check record_compiles ${CC:-gcc} -std=c99 -Wall -Wextra -Wpedantic -Werror -fsanitize=address,undefined -ffp-contract=off -I"$ROOT/runtime" polar.c \
    polar_whole.c polar_done.c polar_main.c "$(dirname "$ADGEN")/libadgen_rt.a" -lm -o polar
check record_agrees ./polar
# An attention layer, which normalises in place: the first values are made again from what it left.
cat >attention.c <<'C'
#include "attention_done.h"
#include <math.h>
#include <stdio.h>
enum { B = 2, T = 5, CH = 6, NH = 2, N = B * T * CH, A = B * NH * T * T };
int main(void)
{
    static float out[N], pre[A], att[A], in[3 * N], d_out[2][N], d_pre[2][A], d_att[2][A], d_in[2][3 * N];
    int bad = 0;
    for (int i = 0; i < 3 * N; i++)
        in[i] = sinf(1.3f * (float)i);
    for (int i = 0; i < N; i++)
        d_out[0][i] = d_out[1][i] = cosf(2.1f * (float)i);
    attention_vjp(out, pre, att, in, B, T, CH, NH, d_out[0], d_pre[0], d_att[0], d_in[0]);
    attention_done(out, pre, att, in, B, T, CH, NH, d_out[1], d_pre[1], d_att[1], d_in[1]);
    for (int i = 0; i < 3 * N; i++)
        if (fabsf(d_in[0][i] - d_in[1][i]) > 1e-6f * (1 + fabsf(d_in[0][i]))) {
            printf("%d: %.9g instead of %.9g\n", i, d_in[1][i], d_in[0][i]);
            bad = 1;
        }
    return bad;
}
C
spec='attention(inp -> out; preatt, att)'
check attention_makes "$ADGEN" "$ROOT/tests/numeric/attention.c" --vjp "$spec" --primal-done --name attention_done -o attention_done.c --header
check attention_compiles ${CC:-gcc} -std=c99 -Wall -Wextra -Wpedantic -Werror -fsanitize=address,undefined -I"$ROOT/runtime" attention.c \
    attention_done.c "$(dirname "$ADGEN")/libadgen_rt.a" -lm -o attention
check attention_agrees ./attention
refused() { ! "$ADGEN" layers.c --vjp decay --primal-done -o no.c 2>err && grep -q 'layers.c:63:9: error: --primal-done' err && [ ! -e no.c ]; }
check overwritten refused
check linear "$ADGEN" layers.c --vjp scale --primal-done -o linear.c
sane() { # sane OPTION...: --check runs the primal before the derivative
    CC="${CC:-gcc} -fsanitize=address,undefined -fno-sanitize-recover=undefined" "$ADGEN" --check layers.c -o checked.c --set n=4 --set rows=3 --len inp=rows*n \
        --len out=rows*n --len mean=rows --len rstd=rows --len weight=n --len x=n --len y=n --vjp scratch --primal-done "$@" --vjp scale --primal-done "$@" \
        --vjp 'norm(inp, weight -> out)' --primal-done "$@"
}
check checked sane
check checked_directions sane --directions 3
wrong() { "$ADGEN" layers.c --grad 'scratch(x)' --primal-done -o no.c 2>err; [ $? = 2 ]; }
check only_vjp wrong
