#!/bin/sh
# -frestrict: which definitions have `restrict`, which must not, and that one array may stand for two of such parameters. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
cd "$DIR" || exit 1
check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@" >log 2>&1; then echo "PASS restrict/$name"; else echo "FAIL restrict/$name"; cat log; fi
}

cat >dots.c <<'C'
#include <math.h>
#include <adgen.h>

/* writes nothing */
AD_GRAD(x, y)
double weighted(AD_LEN(n) const double *x, AD_LEN(n) const double *y, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * exp(y[i]) + y[i] * y[n - 1 - i];
    return s;
}

/* writes an output that may overlap what is read */
AD_VJP(x -> y)
void smooth(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] * x[n - 1 - i] + sin(x[i]);
}

/* writes a global, which x may point to */
double last[4];
AD_GRAD(x)
double remembers(AD_LEN(4) const double *x)
{
    double s = 0;
    for (int i = 0; i < 4; i++) {
        s += x[i] * x[3 - i] * s + x[i];
        last[i] = s;
    }
    return s;
}

/* calls what may write anything */
AD_INACTIVE void log_it(double s);
AD_GRAD(x)
double logged(AD_LEN(4) const double *x)
{
    double s = 0;
    for (int i = 0; i < 4; i++)
        s += x[i] * x[i];
    log_it(s);
    return s * x[0];
}
C
cat >main.c <<'C'
#include "dots_grad.h"
#include <math.h>
#include <stdio.h>
double last[4];
void log_it(double s) { (void)s; }
int main(void)
{
    double x[6] = {0.3, -0.2, 0.9, 1.1, -0.7, 0.4}, both[6] = {0}, dx[6] = {0}, dy[6] = {0};
    int bad = 0;
    double s = weighted_grad(x, x, 6, both, both), t = weighted_grad(x, x, 6, dx, dy);
    for (int i = 0; i < 6; i++)
        bad += fabs(both[i] - dx[i] - dy[i]) > 1e-14;
    double y[6], d_x[6] = {0}, d_y[6] = {1, 2, 3, 4, 5, 6};
    smooth_vjp(x, y, 6, d_x, d_y);
    double own[4] = {0.5, 0.25, -1, 2}, d_own[4] = {0}, d_last[4] = {0};
    double r = remembers_grad(own, d_own), q = remembers_grad(last, d_last); /* reads what it writes */
    printf("%a %a %a %a %a %a %a %a\n", s, t, both[2], d_x[3], r, q, d_own[1], d_last[2]);
    return bad;
}
C
has() { sed -n "/^$1(/,/{/p" "$2" | grep -q restrict; }
has_not() { ! has "$1" "$2"; }
check makes "$ADGEN" dots.c -o dots_grad.c --header
check makes_without "$ADGEN" -fno-restrict dots.c -o without.c
check only_reads has 'double weighted_grad' dots_grad.c
check switched_off has_not 'double weighted_grad' without.c
check not_in_the_header sh -c '! grep -q restrict dots_grad.h'
check not_what_overlaps has_not 'static void smooth_vjp_overlapping' dots_grad.c
check not_beside_a_written_global has_not 'double remembers_grad' dots_grad.c
check not_beside_an_unknown_call has_not 'double logged_grad' dots_grad.c
for flags in '-O0 -fsanitize=address,undefined' -O3; do
    for made in dots_grad without; do
        # shellcheck disable=SC2086
        ${CC:-gcc} -std=c99 -Wall -Wextra -Wpedantic -Werror -ffp-contract=off $flags -I"$ROOT/runtime" main.c $made.c \
            "$(dirname "$ADGEN")/libadgen_rt.a" -lm -o main >log 2>&1 && ./main >"out.$made" 2>>log ||
            { echo "FAIL restrict/runs $flags $made"; cat log; }
    done
    check "same_bits $flags" cmp out.dots_grad out.without
done
