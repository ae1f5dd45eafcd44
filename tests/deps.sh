#!/bin/sh
# -MD and its companions against gcc's own; @FILE. Prints PASS and FAIL lines.
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
export ASAN_OPTIONS=detect_leaks=0
cd "$DIR" || exit 1
mkdir -p inc sys
check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@"; then echo "PASS deps/$name"; else echo "FAIL deps/$name"; cat stderr; fi
}

echo '#define ONE 1' >inc/one.h
printf '#pragma once\n#include "one.h"\n' >'inc/sp ace.h'
echo '#define THREE 3' >'inc/do$l#lar.h'
for i in 1 2 3 4 5 6; do echo "#define A$i $i" >"inc/a_long_name_of_a_header_$i.h"; done
echo '#define S 1' >sys/s.h
echo '#define FORCED 1' >forced.h
{
    printf '#include <stddef.h>\n#include <s.h>\n#include "sp ace.h"\n#include "do$l#lar.h"\n'
    for i in 1 2 3 4 5 6; do echo "#include \"a_long_name_of_a_header_$i.h\""; done
    printf 'double f(double x)\n{\n    return x * x;\n}\n'
} >f.c
READ='-I inc -isystem sys -include forced.h'

# The same words at the same places as gcc -c -o OUT writes.
same() { # same NAME FILE OPTIONS...: FILE is what both write
    name=$1 file=$2
    shift 2
    rm -f "$file"
    # shellcheck disable=SC2086
    gcc $READ "$@" -c f.c -o out.c && mv "$file" expected
    # shellcheck disable=SC2086
    "$ADGEN" $READ "$@" f.c --grad f -o out.c 2>stderr || cat stderr
    if cmp -s "$file" expected; then echo "PASS deps/$name"; else echo "FAIL deps/$name"; diff "$file" expected; fi
}
same MMD out.d -MMD
same MMD_MF other.d -MMD -MF other.d
same MMD_MT out.d -MMD -MT 'a b$' -MT second
same MMD_MQ out.d -MMD -MQ 'a b$'
same MMD_MP out.d -MMD -MP

"$ADGEN" -MD f.c -I inc -isystem sys --grad f -o out.c 2>stderr
check MD sh -c 'tr "\\\\" " " <out.d | grep -q "sys/s.h" && grep -q stddef.h out.d && ! grep -q adgen-omp out.d'
mkdir -p sub
"$ADGEN" -MMD f.c -I inc -isystem sys --grad f -o ./sub/out.gen.c 2>stderr
check target_and_name grep -q '^sub/out.gen.c: f.c' sub/out.gen.d
rm -f out.d
"$ADGEN" -MMD f.c -I inc -isystem sys --grad nope -o out.c 2>/dev/null
check none_after_an_error test ! -e out.d
"$ADGEN" -MMD f.c -I inc -isystem sys --grad f -o - >/dev/null 2>stderr
check needs_a_name test $? -eq 2
"$ADGEN" -MF out.d f.c -I inc -isystem sys --grad f -o out.c >/dev/null 2>stderr
check MF_alone test $? -eq 2
# what make does with it
printf 'out.c: f.c\n\t@"%s" -MMD -MP f.c -I inc -isystem sys --grad f -o out.c && echo made\n-include out.d\n' "$ADGEN" >Makefile
make -s >/dev/null 2>&1
touch -d '2001-01-01' out.c
check make_rebuilds sh -c 'make -s 2>&1 | grep -q made'
check make_rests sh -c '! make -s 2>&1 | grep -q made'
sleep 1
touch 'inc/a_long_name_of_a_header_3.h'
check make_sees_a_header sh -c 'make -s 2>&1 | grep -q made'

# @FILE
printf -- "-I inc -isystem sys\n--grad 'f(x)' \"-o\" at.c @more\n" >args
echo '-D SPACE="a b" f.c' >more
"$ADGEN" @args 2>stderr
check response_file grep -q f_grad at.c
echo '@loop' >loop
"$ADGEN" @loop >/dev/null 2>stderr
check response_loop test $? -eq 2
"$ADGEN" @nowhere -o x.c --grad f >/dev/null 2>stderr
check response_missing test $? -eq 1
exit 0
