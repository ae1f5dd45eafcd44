#!/bin/sh
# --check: what it finds, what it says, and where its arguments come from. PASS and FAIL lines.
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
export ASAN_OPTIONS=detect_leaks=0
cd "$DIR" || exit 1
expect() { # expect NAME STATUS WORDS ARGUMENTS...: the exit status, and a line that contains the words
    name=$1 status=$2 words=$3
    shift 3
    "$ADGEN" --check -o out.c "$@" >said 2>&1
    got=$?
    if [ $got -eq "$status" ] && grep -qF -- "$words" said; then
        echo "PASS check/$name"
    else
        echo "FAIL check/$name: exit status $got, '$words' expected"
        cat said
    fi
}

cat >layers.c <<'END'
#include <adgen.h>
#include <math.h>
struct layer { double w[2][3], bias; };
struct net { int n; struct layer *layers; double scale; };
AD_GRAD(p)
double nets(const struct net *p)
{
    double s = p->scale;
    for (int k = 0; k < p->n; k++)
        for (int i = 0; i < 6; i++)
            s += p->layers[k].w[i / 3][i % 3] * exp(p->layers[k].bias);
    return s;
}
AD_VJP(a -> out)
void rows(int n, int m, double a[n][m], double out[n])
{
    for (int i = 0; i < n; i++) {
        out[i] = 0;
        for (int j = 0; j < m; j++)
            out[i] += a[i][j] * a[i][j] * sin(a[i][j]);
    }
}
END
expect struct_names 0 'p->layers[' layers.c --len p.layers=3 --set p.n=3
expect row_names 0 'a[' layers.c --len p.layers=3 --set p.n=3 --set n=2 --set m=4
printf 'double old(a, n) const double *a; int n; { double s = 0; int i; for (i = 0; i < n; i++) s += a[i] * a[i]; return s; }\n' >old.c
expect old_standard 0 'agrees' old.c --grad 'old(a)' --len a=n --set n=3 -std=gnu90
echo 'double no_length(const double *x) { return x[0] * x[1]; }' >no_length.c
expect no_length 1 "give --len 'x=...'" no_length.c --grad 'no_length(x)'
echo 'double one_number(const double *x) { return *x * *x; }' >one_number.c
expect one_number 0 agrees one_number.c --grad 'one_number(x)'
echo '{"p": {"n": 2, "scale": 3, "layers": [{"bias": 0.5, "w": [[1,2,3],[4,5,6]]}, {"bias": -1, "w": [[7,8,9],[10,11,12]]}]},
       "n": 2, "m": 3, "a": [[1, 2, 3], [4, 5, 6e0]], "out": [0, 0]}' >in.json
expect input 0 '"worst": "p->layers[' layers.c --input in.json --diagnostics-format=json
if python3 -c 'import json, sys; [json.loads(x) for x in open("said")]' 2>/dev/null || ! command -v python3 >/dev/null; then
    echo "PASS check/json_lines"
else
    echo "FAIL check/json_lines"
    cat said
fi
# 1.0 * e^0.5 at w[0][0] of the first layer: the values come from the file
grep -q '"largest": 128.' said && echo "FAIL check/input_values" || echo "PASS check/input_values"
echo '{"p": {"n": 2, "scale": 3, "weight": 1}}' >unused.json
expect input_unused 1 "no argument 'p.weight'" layers.c --len p.layers=3 --input unused.json
expect set_unused 0 'warning: --set p.m=3 has no effect: no argument that is made has this name [-Wunused-option]' layers.c --len p.layers=3 --set p.n=3 --set p.m=3
expect set_unused_error 1 '--len q=2 has no effect' layers.c --len p.layers=3 --set p.n=3 --len q=2 -Werror
cat >forest.c <<'END'
#include <adgen.h>
typedef struct { int feature; double value; } node;
AD_GRAD(x, nodes)
double forest(AD_LEN(4) const node *nodes, AD_LEN(8) const double *x)
{
    double s = 0;
    for (int i = 0; i < 4; i++)
        s += (nodes[i].feature == 2 * i ? nodes[i].value : 1e9) * x[nodes[i].feature];
    return s;
}
END
for name in 'nodes[i].feature=2*i' 'nodes[].feature=2*i' 'nodes.feature[i]=2*i'; do
    expect set_field 0 agrees forest.c --set "$name" --set 'nodes[].value=3'
    grep -qE 'warning|e\+09' said && { echo "FAIL check/set_field_values"; cat said; }
done
echo '{"n": 5, "a": [1, 2]}' >short.json
expect input_short 1 "'a' has 2 values in the input file" layers.c --len p.layers=3 --set p.n=1 --input short.json
printf '{\n"n": 5,\n"m" 3}' >bad.json
expect input_malformed 1 "bad.json:3: ':' is expected" layers.c --input bad.json
expect input_missing 1 "cannot read 'none.json'" layers.c --input none.json

cat >relu.c <<'END'
#include <adgen.h>
#include <math.h>
AD_GRAD(x)
double relu(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] > 0 ? x[i] : 0;
    return s;
}
END
cat >tie.c <<'END'
#include <adgen.h>
#include <math.h>
AD_GRAD(x)
double tie(double x)
{
    return fmax(x, 1) + fabs(x - 1);
}
END
expect kink 0 '1 at or near a kink' relu.c --set n=5 --set 'x[i]=i-2'
expect tie 0 '1 at or near a kink' tie.c --set x=1
expect no_kink 0 'relu_grad' relu.c --range x=-1:1
grep -q 'at or near' said && echo "FAIL check/no_kink_said" || echo "PASS check/no_kink_said"

# A rapidly changing function: fixed steps are too coarse or too fine, Ridders' are not.
cat >rapid.c <<'END'
#include <adgen.h>
#include <math.h>
AD_GRAD(x)
double rapid(double x)
{
    return sin(3000 * x) + 1e6;
}
AD_GRAD(x)
double edge(double x)
{
    return log(x - 1) * sqrt(x - 1);
}
END
expect rapid 0 agrees rapid.c --set x=1.0000001

# Wrong derivatives of the user's are found in every mode, and named.
cat >wrong.c <<'END'
#include <adgen.h>
static double square(double x) { return x * x; }
static double square_vjp(double x, double *d_x, double d_return) { *d_x += d_return * 2.1 * x; return x * x; }
AD_CUSTOM_VJP(square, square_vjp)
double f(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += square(x[i]) * x[0];
    return s;
}
static double cube(double x) { return x * x * x; }
static double cube_jvp(double x, double d_x, double *d_return) { *d_return = 2.9 * x * x * d_x; return x * x * x; }
AD_CUSTOM_JVP(cube, cube_jvp)
double g(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += cube(x[i]);
    return s;
}
double h(double x) { return x; }
END
expect wrong_grad 1 "square_vjp: the AD_CUSTOM_VJP of 'square'" wrong.c --grad 'f(x)'
expect wrong_vjp 1 "square_vjp: the AD_CUSTOM_VJP of 'square'" wrong.c --vjp 'f(x)'
expect wrong_jvp 1 "cube_jvp: the AD_CUSTOM_JVP of 'cube'" wrong.c --jvp 'g(x)'
expect wrong_jacobian 1 "cube_jvp: the AD_CUSTOM_JVP of 'cube'" wrong.c --jacobian 'g(x)'

# ... of structs by value, pointers without AD_LEN and results that are not cleared; what cannot be run by itself is said.
cat >wrongs.c <<'END'
#include <adgen.h>
#include <math.h>
typedef struct { double x, y; } pair;
static pair turn(pair a, pair b) { return (pair){a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x}; }
static pair turn_vjp(pair a, pair b, pair *d_a, pair *d_b, pair d_return)
{
    d_a->x += d_return.x * b.x + d_return.y * b.y;
    d_a->y += d_return.y * b.x - d_return.x * b.y;
    d_b->x += d_return.x * a.x + d_return.y * a.y;
    d_b->y += d_return.y * a.x + d_return.x * a.y;
    return turn(a, b);
}
AD_CUSTOM_VJP(turn, turn_vjp)
double of_structs(pair a, pair b) { pair c = turn(a, b); return c.x * c.x + c.y; }
static void product(const pair *p, double *out) { *out = p->x * p->y; }
static void product_vjp(const pair *p, double *out, pair *d_p, double *d_out)
{
    *out = p->x * p->y;
    d_p->x += *d_out * p->y;
    d_p->y += *d_out * p->x;
}
AD_CUSTOM_VJP(product, product_vjp)
double of_pointers(const pair *p)
{
    double s;
    product(p, &s);
    pair again = {s, p->x};
    product(&again, &s);
    return s;
}
static double energy(const double *x, int n, AD_INACTIVE const void *context) { double s = *(const double *)context; for (int i = 0; i < n; i++) s += x[i] * x[i]; return s; }
static double energy_vjp(const double *x, int n, AD_INACTIVE const void *context, double *d_x, double d_return)
{
    for (int i = 0; i < n; i++)
        d_x[i] += x[i] * d_return;
    return energy(x, n, context);
}
AD_CUSTOM_VJP(energy, energy_vjp)
double of_context(AD_LEN(3) const double *x) { double w[1] = {2}; return sin(energy(x, 3, w)); }
END
expect wrong_struct 1 "turn_vjp: the AD_CUSTOM_VJP of 'turn'" wrongs.c --grad 'of_structs(a, b)'
grep -qE '^  b .* at b\.y +WRONG$' said && echo "PASS check/wrong_struct_field" || { echo "FAIL check/wrong_struct_field"; cat said; }
expect wrong_pointer 1 "product_vjp: the AD_CUSTOM_VJP of 'product'" wrongs.c --grad 'of_pointers(p)'
expect wrong_unknown 1 'not checked by itself' wrongs.c --grad 'of_context(x)'
expect wrong_unknown_json 1 '{"check": "energy_vjp", "messages": [' wrongs.c --grad 'of_context(x)' --diagnostics-format=json
cat >slightly.c <<'END'
#include <adgen.h>
double f(double x, double y) { return x * y; }
double f_vjp_(double x, double y, double *d_x, double *d_y, double d_return) { *d_x += d_return * y; *d_y += d_return * x * 1.000000001; return x * y; }
AD_CUSTOM_VJP(f, f_vjp_)
AD_VJP(x, y -> z)
void g(double x, double y, double *z) { z[0] = f(x, y); z[1] = x * y; }
END
expect rows_and_columns 1 "the derivative of z[0] with respect to y is 1.1009953" slightly.c --len z=2
expect right_beside 0 agrees wrong.c --grad h
sed -i 's/2\.1/2.0/; s/2\.9/3.0/' wrong.c
expect right 0 agrees wrong.c --grad 'f(x)' --jvp 'g(x)'

# Where differences are rounding noise, cross a jump or a kink, or the derivative is tiny, huge or exactly 0: no right derivative is called
# wrong, and no wrong one right. Lines: value; derivative; x.
cases() { # cases FILE: own derivatives of the lines in standard input, as functions f1, f2, ... of x1, x2, ...; prints the options
    printf '#include <adgen.h>\n#include <math.h>\n' >"$1"
    n=0
    while IFS=';' read -r value slope at; do
        n=$((n + 1))
        cat >>"$1" <<END
static double own$n(double x) { return $value; }
static double own${n}_vjp(double x, double *d_x, double d_return) { *d_x += ($slope) * d_return; return $value; }
AD_CUSTOM_VJP(own$n, own${n}_vjp)
static double own${n}_jvp(double x, double d_x, double *d_return) { *d_return = ($slope) * d_x; return $value; }
AD_CUSTOM_JVP(own$n, own${n}_jvp)
AD_GRAD()
double f$n(double x$n) { return own$n(x$n); }
END
        echo "--set x$n=$at"
    done
}
cases right_ones.c >options <<'END'
x * x * x - 3 * x * x + 3 * x - 1;0;1
x * x - 2 * x + 1;0;1
sin(x) * sin(x) + cos(x) * cos(x);0;0.4
log(exp(x)) - x;0;0.4
exp(x) - 1 - x;0;0
1e6 + x * x;2 * x;1
1 + 1e-9 * x;1e-9;1
sin(1e5 * x);1e5 * cos(1e5 * x);0.3
x * x * 1e-200;2 * x * 1e-200;1
x * x * 1e200;2 * x * 1e200;1
(double)(float)(x * x);2 * x;0.3
floor(x * 4);0;0.3
fabs(x);0;0
fabs(x);1;1e-9
x > 0.7 ? 1 + x : x * x;2 * x;0.7
x > 0.7 ? 1 + x : x * x;1;0.7000003
END
# shellcheck disable=SC2046
expect right_ones 0 'at or near a kink or jump' right_ones.c $(cat options)
cases wrong_ones.c >options <<'END'
x * x;2.00001 * x;1
(x - 1) * (x - 1);1e-8;1
x * x * x - 3 * x * x + 3 * x - 1;1e-6;1
x * x - 2 * x + 1;1e-6;1
sin(x) * sin(x) + cos(x) * cos(x);1e-7;0.4
log(exp(x)) - x;1e-7;0.4
exp(x) - 1 - x;1e-4;0
1e6 + x;1.0001;1
1 + 1e-9 * x;0;1
1e-12 * x;1.001e-12;1
sin(1e5 * x);1.0001e5 * cos(1e5 * x);0.3
x * x * 1e-200;2.01 * x * 1e-200;1
x * x * 1e200;2.01 * x * 1e200;1
(double)(float)(x * x);2.01 * x;0.3
floor(x * 4);0.1;0.3
floor(x * 1e7) / 1e7;0;0.33333333
fabs(x);2;0
fabs(x);1.01;1e-9
x > 0.7 ? 1 + x : x * x;2.001 * x;0.7
x > 0.7 ? 1 + x : x * x;1e5;0.7
x > 0.7 ? 1 + x : x * x;1.00002;0.7000003
x > 0.7 ? 1 + x : x * x;1e6;0.7000006
x > 0.7 ? 1 + x : x * x;0;0.7000003
sqrt(x);NAN;1
sqrt(x);INFINITY;1
END
# shellcheck disable=SC2046
expect wrong_ones 1 'error nan' wrong_ones.c $(cat options)
if [ "$(grep -c 'x[0-9][0-9]* .*WRONG' said)" -eq 25 ] && ! grep -q 'error 0 .*WRONG' said; then
    echo "PASS check/each_wrong_one"
else
    echo "FAIL check/each_wrong_one"
    cat said
fi
cat >equal.c <<'END'
#include <adgen.h>
AD_GRAD() AD_JVP()
double det(const double m[3][3])
{
    return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
           m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}
END
expect equal_arguments 0 agrees equal.c --range m=0.7:0.7

cat >outside.c <<'END'
#include <math.h>
double f(double x, double y) { return acos(x * y + 5.0) * x; }
END
expect outside_the_domain 1 "'return' is nan at these arguments: nothing can be compared" outside.c --grad f

# A variable named like a macro of a header that only the generated file includes; enumerators and externals of two files.
cat >own.c <<'END'
extern double INFINITY, fabs(double);
double INFINITY = 1e300;
double h(const double x[4]);
enum { ORDER = 3 };
double f(const double x[4])
{
    double s = fabs(x[0]) > INFINITY ? INFINITY : fabs(x[1]);
    for (int i = 0; i < ORDER; i++)
        s += x[i] * x[i];
    return s * h(x);
}
END
cat >other.c <<'END'
extern double INFINITY;
enum { ORDER = 4 };
double h(const double x[4])
{
    double s = 0;
    for (int i = 0; i < ORDER; i++)
        s += x[i] < INFINITY ? x[i] * x[i] * x[i] : 0;
    return s;
}
END
expect names_of_macros_and_of_two_files 0 agrees own.c other.c --grad f

# Derivatives that are rightly infinite, at an inner point and at the end of the domain; and wrongly.
cat >infinite.c <<'END'
#include <adgen.h>
#include <math.h>
AD_GRAD()
double root3(double x, double y) { return cbrt(x) + y; }
AD_GRAD()
double root(double x, double y) { return y * sqrt(x); }
AD_GRAD()
double angle(double x) { return asin(1 - x) * 2; }
AD_GRAD()
double power(double x) { return pow(x, 0.3); }
AD_VJP(x -> o)
void both(double x, double y, double o[2])
{
    o[0] = sqrt(x) * y;
    o[1] = y * exp(x);
}
END
expect infinite 0 agrees infinite.c --set x=0
grep -q WRONG said && echo "FAIL check/infinite_right" || echo "PASS check/infinite_right"
infinite() { # infinite NAME PRIMAL DERIVATIVE: of f at 0
    cat >infinite.c <<END
#include <adgen.h>
#include <math.h>
double f(double x) { return $2; }
double f_vjp(double x, double *d_x, double d_return) { *d_x += d_return * $3; return $2; }
AD_CUSTOM_VJP(f, f_vjp)
AD_GRAD()
double g(double x) { return f(x) * 2; }
END
    expect "$1" 1 "the AD_CUSTOM_VJP of 'f' that you gave" infinite.c --set x=0
}
infinite infinite_where_finite 'x' INFINITY
infinite infinite_at_a_jump 'x < 0 ? 0 : x + 1' INFINITY
infinite infinite_of_the_other_sign 'sqrt(x)' -INFINITY
infinite finite_where_infinite 'cbrt(x)' 3.0

# Finite derivatives at the end of a domain, of every kind, against the side that there is; and a wrong one.
cat >ends.c <<'END'
#include <adgen.h>
#include <math.h>
AD_GRAD(x)
double powers(AD_LEN(n) const double *x, int n)
{
    double s = 1;
    for (int i = 0; i < n; i++)
        s += (i + 1) * pow(x[i], 1.5) + (i % 2 ? -1 : 1) * x[i];
    return s;
}
AD_GRAD(x)
double angle(AD_LEN(n) const double *x, int n) { return n * x[0] * asin(1 - x[0]); }
AD_VJP(x -> y)
void rows(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = (i + 1) * sqrt(x[i]) * x[i] * exp(x[0]);
}
AD_JVP(x)
float mixed(AD_LEN(n) const float *x, int n) { return 3 + powf(x[0], 1.5f) * expf(x[n - 1]); }
AD_HVP(x)
double second(AD_LEN(n) const double *x, int n) { return 3 + pow(x[0], 2.25) * exp(x[n - 1]) + x[0] * x[1]; }
AD_HESSIAN(x)
double whole(AD_LEN(n) const double *x, int n) { return pow(x[0], 2.5) * x[n - 1] + pow(x[1], 2.5); }
END
expect ends 0 '5 at an end of the domain' ends.c --set 'x[i]=0'
cat >ends.c <<'END'
#include <adgen.h>
#include <math.h>
double f(double x) { return pow(x, 1.5) + x; }
double f_vjp(double x, double *d_x, double d_return) { *d_x += d_return * (1.0001 + 1.5 * sqrt(x)); return f(x); }
AD_CUSTOM_VJP(f, f_vjp)
AD_GRAD()
double g(double x) { return f(x) * 2; }
END
expect wrong_at_an_end 1 "the AD_CUSTOM_VJP of 'f' that you gave" ends.c --set x=0

# What the user says about arguments is possible; a check of nothing says so.
echo 'double sum(const double *x, int n) { double s = 0; for (int i = 0; i < n; i++) s += x[i] * x[i]; return s; }' >sum.c
expect length_negative 2 "--len 'x=-4': a length is a number of elements" sum.c --grad 'sum(x)' --len x=-4
expect length_computed 1 "the length of 'x' is -4" sum.c --grad 'sum(x)' --len x=n-9
expect length_zero 0 'nothing to compare' sum.c --grad 'sum(x)' --len x=n --set n=0
expect range_empty 2 "--range 'x=2:1': no number is in this range" sum.c --grad 'sum(x)' --len x=n --range x=2:1
expect range_computed 1 "no number is in the range of 'x'" sum.c --grad 'sum(x)' --len x=n --range x=n:1
expect range_one 2 'a range is LO:HI' sum.c --grad 'sum(x)' --len x=n --range x=2

# The runtime twice in one program: its part in the standalone file, and the whole beside it.
cat >static.c <<'END'
#include <adgen.h>
#include <math.h>
static double scale = 2;
static double chain(const double *p, int n) { return n ? p[0] + chain(p + 1, n - 1) * p[0] : 1; }
AD_GRAD(x)
double grow(AD_LEN(n) const double *x, int n)
{
    double s = 1;
    for (int i = 0; s < 20 && i < n; i++)
        s += scale * lgamma(x[i]) * s;
    scale += 0;
    return s + chain(x, n);
}
AD_JACOBIAN(x)
double deep(AD_LEN(n) const double *x, int n) { return chain(x, n) * scale; }
AD_VJP()
double sums(int n, int m, const double x[n][m])
{
    enum { BINS = 2 };
    double sum[BINS] = {0};
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            sum[(i + j) % BINS] += x[i][j] * x[i][j];
    return sum[0] * sum[BINS - 1];
}
END
expect standalone_with_primal 0 agrees static.c --standalone --with-primal

# A function by its name: the derivative's file has a copy of a static one, which the source's is not.
cat >by_name.c <<'END'
#include <adgen.h>
#include <math.h>
static double square(double x) { return x * x; }
double cube(double x) { return x * x * x; }
AD_GRAD(x)
double of(double x, double (*g)(double)) { return g(x) * sin(x); }
double both(double x) { return of(x, square) + of(x, cube); }
END
expect function_by_name 0 agrees by_name.c --set g=cube
expect static_function_by_name 1 "'g' of 'of': that function is static" by_name.c --set g=square
expect static_function_with_primal 0 agrees by_name.c --set g=square --with-primal

# Macros of the source do not meet the check's own names.
cat >macros.c <<'END'
#include <math.h>
#define n 5
#define t (3)
#define s 2 +
#define k 1
#define i 9
#define args 4
#define name(x) #x
#define single 1
#define primal 2
double loss(const double w[n], double y)
{
    double q = 0;
    for (int j = 0; j < n; j++)
        q += w[j] * y * t;
    return s sin(q);
}
END
expect macros 0 agrees macros.c --jacobian 'loss(w)' --sparse --grad loss --directions 2

# INFINITY is a float; what a function computes in double is checked as such.
cat >bounds.c <<'END'
#include <adgen.h>
#include <math.h>
double square(double x) { return x * x; }
double square_vjp(double x, double *d_x, double d_return) { *d_x += d_return * (2.00003 * x); return x * x; }
AD_CUSTOM_VJP(square, square_vjp)
AD_GRAD(x)
double most(AD_LEN(n) const double *x, int n)
{
    double m = -INFINITY;
    for (int i = 0; i < n; i++)
        m = x[i] > m ? x[i] : m;
    return square(m);
}
END
expect bounds_of_double 1 "the AD_CUSTOM_VJP of 'square' that you gave" bounds.c

# "sizes.h" is the one beside the source, whatever -I says. Pointers to functions that are not called need no value.
mkdir -p other beside
echo '#error not this one' >other/sizes.h
cat >beside/sizes.h <<'END'
typedef struct {
    double slope;
    double (*shape)(double);
} unit;
END
cat >beside/stored.c <<'END'
#include "sizes.h"
double line(const unit *u, double x) { return u->slope * x; }
double shaped(const unit *u, double x) { return u->shape(u->slope * x); }
double half(double x) { return x / 2; }
END
expect beside 0 agrees beside/stored.c --grad line -Iother
expect called 1 "it points to a function; name one: --set u.shape=FUNCTION" beside/stored.c --grad shaped

# What another file of a program defines may be missing where it is not called.
cat >part.c <<'END'
double elsewhere(double x);
double here(double x) { return x * x; }
int main(void) { return elsewhere(1) > 0; }
double both(double x) { return elsewhere(here(x)); }
END
expect missing_not_called 0 agrees part.c --grad here
