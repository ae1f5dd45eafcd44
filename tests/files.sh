#!/bin/sh
# Several source files in one run, and what they make of headers by macros. Prints PASS and FAIL lines.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
export ASAN_OPTIONS=detect_leaks=0
cd "$DIR" || exit 1
check() {
    check=$1
    shift
    if "$@" >log 2>&1; then echo "PASS files/$check"; else echo "FAIL files/$check: $*" && cat log; fi
}
# The derivative compiles without a warning beside the sources, is right, and so is the header.
right() {
    name=$1
    shift
    check "$name" "$ADGEN" --check -o out.c -std=c99 --header "$@" --set n=5 --len x=5
    for cc in gcc clang; do
        check "${name}_$cc" $cc -std=c99 -Wall -Wextra -Wpedantic -Werror -I"$ROOT/runtime" -fsyntax-only out.c
    done
    check "${name}_header" gcc -std=c99 -Wall -Wextra -Wpedantic -Werror -x c -fsyntax-only out.h
}

# A file that includes itself for each type; kind.th, which has only macros, depends on KIND.
cat >kind.th <<'C'
#undef T
#undef SUFFIX
#if KIND == 1
#define T float
#define SUFFIX f
#else
#define T double
#define SUFFIX d
#endif
C
cat >norms.c <<'C'
#ifndef INSTANCE
#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define INSTANCE
#define KIND 1
#include "norms.c"
#define KIND 2
#include "norms.c"
#undef INSTANCE
double norms(const double *x, int n)
{
    float y[8];
    for (int i = 0; i < n; i++)
        y[i] = (float)x[i];
    return norm_d(x, n) * (double)norm_f(y, n);
}
#else
#include "kind.th"
static T JOIN(norm_, SUFFIX)(const T *x, int n)
{
    T s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * x[i];
    return s;
}
#undef KIND
#endif
C
sed 's/norms/sizes/g; s/x\[i\] \* x\[i\]/x[i] * x[i] * x[i]/; s/norm_/size_/g' norms.c >sizes.c
right templates norms.c sizes.c --grad norms --grad sizes

# Tables of one name; what the first file uses has nothing to do with that of the second, which is in a function that is not reached.
cat >first.c <<'C'
static double A[3] = {1, 2, 3};
extern double second(double x);
double first(double x, int n)
{
    return A[n % 3] * x * second(x);
}
C
cat >second.c <<'C'
static double A[2] = {4, 5}, B[2] = {6, 7};
double second(double x)
{
    return x * B[x > 0];
}
double third(double x)
{
    return x * A[x > 0];
}
C
right tables first.c second.c --vjp first
check table_is_not_repeated test "$(grep -c '4' out.c)" = 0

# A template that undefines its own macros and looks like any header, with another prefix in each file.
cat >walk.h <<'C'
#define WALK_JOIN2(a, b) a##b
#define WALK_JOIN(a, b) WALK_JOIN2(a, b)
static double WALK_JOIN(WALK_PREFIX, walk)(const double *x, int n)
{
    double s = WALK_START;
    for (int i = 0; i < n; i++)
        s = s * 0.5 + x[i] * x[i];
    return s;
}
#undef WALK_JOIN
#undef WALK_JOIN2
#undef WALK_PREFIX
#undef WALK_START
C
printf '#define WALK_PREFIX near_\n#define WALK_START 1\n#include "walk.h"\ndouble near(const double *x, int n) { return near_walk(x, n); }\n' >near.c
printf '#define WALK_PREFIX far_\n#define WALK_START x[0]\n#include "walk.h"\ndouble far(const double *x, int n) { return far_walk(x, n); }\n' >far.c
right prefixes near.c far.c --grad near --grad far

# struct state is known to one file only; the typedef has another name.
cat >model.h <<'C'
#ifndef MODEL_H
#define MODEL_H
typedef struct state Model;
typedef struct state *Handle;
struct material;
struct rod {
    struct material *material;
    double length;
};
#if defined SCALED && SCALED > 1
#error "SCALED is another file's"
#endif
double energy(const Model *m, double x);
double gain(Handle m);
#endif
C
cat >model.c <<'C'
#include "model.h"
struct state {
    double stiffness, bias;
    struct owner *owner; /* defined nowhere here */
};
struct material {
    double modulus;
};
double stretch(const struct rod *r, double x)
{
    return r->material->modulus * x * x / r->length;
}
double energy(const Model *m, double x)
{
    return m->stiffness * x * x + m->bias;
}
double gain(Handle m)
{
    return m->stiffness * m->bias;
}
C
right opaque model.c --grad energy --grad gain --grad stretch

# A macro ends with #undef, or with its file.
cat >scaled.h <<'C'
#ifndef SCALED_H
#define SCALED_H
struct scaled {
    double value[SCALED];
};
#endif
C
cat >scaled.c <<'C'
#define SCALED 3
#include "scaled.h"
double scaled(const struct scaled *s, double x)
{
    double y = 0;
    for (int i = 0; i < SCALED; i++)
        y = y * x + s->value[i] * x;
    return y;
}
C
sed 's/double scaled(/#undef SCALED\n#include "model.h"\ndouble twice(/; s/i < SCALED/i < 3/' scaled.c >twice.c
right ends scaled.c model.c --grad scaled --grad energy
right ends_in_file twice.c model.c --grad twice --grad energy

# A library in a header: its functions are in one file, the others only include it.
cat >lib.h <<'C'
#ifndef LIB_H
#define LIB_H
typedef struct {
    double a, b;
} lib_line;
static inline double lib_at(lib_line l, double x)
{
    return l.a * x + l.b;
}
double lib_root(lib_line l);
#ifdef LIB_IMPLEMENTATION
static const double lib_scale[2] = {2, 3};
double lib_root(lib_line l)
{
    return -l.b / l.a * lib_scale[l.a > 0];
}
#endif
#endif
C
printf '#define LIB_IMPLEMENTATION\n#include "lib.h"\n' >lib.c
printf '#include "lib.h"\ndouble use(lib_line l, double x) { return lib_at(l, x) * lib_root(l); }\n' >use.c
right library use.c lib.c --grad use
right library_first lib.c use.c --grad use --grad lib_root

# One header read with other macros in two files: two types of one name.
printf '#ifndef REAL_H\n#define REAL_H\n#ifdef USE_DOUBLE\ntypedef double real;\n#else\ntypedef float real;\n#endif\ntypedef struct { real v; } box;\n#endif\n' >real.h
printf '#include "real.h"\nreal single(const box *b) { return b->v * b->v; }\n' >single.c
printf '#define USE_DOUBLE\n#include "real.h"\nreal doubled(const box *b) { return b->v + b->v * b->v; }\n' >doubled.c
"$ADGEN" single.c doubled.c -o none.c --vjp single --vjp doubled 2>messages
check other_type test $? = 1
check other_type_message grep -q "'real' is something else in another file" messages
check other_type_no_file test ! -e none.c
right one_type single.c --vjp single

# A header without guards that each file includes, one of them through another header; one whose guards do not stand around all of it.
printf 'struct series { const double *c; int n; };\ntypedef struct series series;\n' >series.h
printf '#include "series.h"\n#include "inner.h"\nextern const series cosine;\n' >known.h
printf '#include <math.h>\n#ifndef INNER_H\n#define INNER_H\nstruct inner { double a; };\n#endif\n' >inner.h
printf '#ifndef OUTER_H\n#define OUTER_H\n#include "inner.h"\n#endif\n' >outer.h
printf '#include "series.h"\n#include "outer.h"\nextern const series sine;\ndouble sums(double x);\ndouble wave(const struct inner *i, double x) { double s = sums(x) * i->a; for (int k = 0; k < sine.n; k++) s += sine.c[k] * pow(x, k); return s; }\n' >wave.c
printf '#include "known.h"\nstatic const double c[3] = {1, 0, -0.5};\nconst series cosine = {c, 3};\ndouble sums(double x) { return cosine.c[0] + x * x * cosine.c[2]; }\nstatic const double s[2] = {0, 1};\nconst series sine = {s, 2};\n' >sums.c
right without_guards wave.c sums.c --grad wave
