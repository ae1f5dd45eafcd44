#!/bin/sh
# --report: what is in the page's data; then the page itself in headless Chromium, where there are node, playwright-core and a Chromium.
# PASS and FAIL lines.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
export ASAN_OPTIONS=detect_leaks=0
cd "$DIR" || exit 1
check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@" >log 2>&1; then echo "PASS report/$name"; else echo "FAIL report/$name"; tail -n 20 log; fi
}
cat >r.c <<'C'
#include <math.h>
#include <adgen.h>

static double act(double x)
{
    return 1 / (1 + exp(-x));
}

/* A small recurrent network: the state is overwritten in each step. */
AD_GRAD(w, u)
double recurrent(int steps, int n, AD_LEN(n *n) const double *w, AD_LEN(n) const double *u, AD_LEN(steps) const double *input,
                 AD_LEN(steps) const double *target)
{
    double h[16] = {0}, next[16];
    double loss = 0, scale = 1.0 / steps;
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < n; i++) {
            double s = u[i] * input[t];
            for (int j = 0; j < n; j++)
                s += w[i * n + j] * h[j];
            next[i] = tanh(s);
        }
        for (int i = 0; i < n; i++)
            h[i] = next[i];
        double e = act(h[0]) - target[t];
        loss += scale * e * e;
    }
    return loss;
}

AD_GRAD(w, b)
double loss(AD_LEN(n) const double *w, double b, AD_LEN(n) const double *x, int n)
{
    const char *markup = "</script><b>";
    double s = markup[0] == '<' ? 0 : 1;
    for (int i = 0; i < n; i++)
        s += tanh(w[i] * x[i] + b);
    return s;
}
C
"$ADGEN" r.c -o plain.c 2>stderr || cat stderr
"$ADGEN" r.c -o r_grad.c --report=r.html 2>stderr || cat stderr
same_code() { sed 1,7d plain.c >a && sed 1,7d r_grad.c >b && cmp a b; }
check same_code_as_without same_code
check kept grep -qF '"kind": "keep", "file": 0, "line": 21, "bytes": 8, "what": "tanh(s)", "where": "in an array by iteration", "count": "steps × n", "why": "computing it again would call tanh again"' r.html
check logged grep -qF '"kind": "log", "file": 0, "line": 24, "bytes": 16, "what": "what h[i] held before"' r.html
check fused grep -qF '"kind": "fused", "file": 0, "line": 36' r.html
check inactive grep -qF '"what": "input[t]", "where": "", "count": "0", "why": "not varied: depends on no independent"' r.html
check self_contained sh -c "! grep -iE '<link|<script src|url\\(|@import|https?://(?!www.w3.org)' r.html | grep -vE 'www.w3.org|DTD'"
check markup_in_strings test "$(grep -c '</script>' r.html)" -eq 2
"$ADGEN" r.c -o late.c --grad nothing --report=late.html >log 2>&1
check none_after_an_error test ! -e late.html
"$ADGEN" r.c -o late.c --report=nowhere/late.html >log 2>&1
check all_or_nothing test ! -e late.c
cat >why.c <<'C'
#include <adgen.h>
AD_GRAD(x)
double f(double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double y = x[i];
        s += y * y * y;
        x[i] = 1;
        x[(i * 7) % n] *= s;
    }
    return s;
}
C
"$ADGEN" why.c -o why_grad.c --report=why.html -fno-log 2>stderr || cat stderr
check overwritten grep -qE '"why": "x\[i\] may be overwritten at line (9|10) before' why.html

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if ! command -v node >/dev/null 2>&1 || [ -z "$chromium" ] || [ ! -e "$ROOT/node_modules/playwright-core" ]; then
    echo "PASS report/browser (skipped: node, chromium or playwright-core is missing)"
    exit 0
fi
CHROMIUM=$chromium ROOT=$ROOT timeout 120 node "$ROOT/tests/report.mjs" "$DIR/r.html" "$DIR" 2>log || { echo "FAIL report/browser"; cat log; }
exit 0
