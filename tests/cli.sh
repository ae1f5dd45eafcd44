#!/bin/sh
# The command line: exit statuses, messages, what is written and what is not. Prints PASS and FAIL lines.
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
export ASAN_OPTIONS=detect_leaks=0
cd "$DIR" || exit 1

cat >loss.c <<'C'
#include <math.h>
double loss(const double *w, double b, const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += tanh(w[i] * x[i] + b);
    return s;
}
C
printf 'double f(double x)\n{\n    return x +;\n}\n' >syntax.c
printf '#include <adgen.h>\nAD_GRAD()\ndouble f(double x)\n{\n    return x * x;\n}\n' >note.c
printf 'double g(double x)\n{\n    return x * x * x;\n}\n' >second.c

# expect NAME STATUS TEXT ARGS...: exit status, TEXT in the messages, OUT untouched when it fails, no other file.
expect() {
    name=$1 want=$2 text=$3
    shift 3
    echo old >out.c
    ls >before
    "$ADGEN" "$@" >stdout 2>stderr
    status=$?
    ls >after
    bad=
    [ "$status" -eq "$want" ] || bad="exit status $status instead of $want"
    [ -z "$text" ] || grep -qF -- "$text" stderr stdout || bad="$bad; no '$text'"
    if [ "$want" -ne 0 ]; then
        [ "$(cat out.c)" = old ] || bad="$bad; OUT was touched"
        cmp -s before after || bad="$bad; another file appeared"
    fi
    if [ -n "$bad" ]; then
        echo "FAIL cli/$name: $bad"
        sed 's/^/    /' stderr
    else
        echo "PASS cli/$name"
    fi
}
check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@"; then echo "PASS cli/$name"; else echo "FAIL cli/$name"; fi
}
touch before after stdout stderr

expect no_arguments 2 "no input file"
expect no_output 2 "-o OUT.c" loss.c --grad loss
expect unknown_option 2 "unknown option '--gradient'" --gradient loss loss.c -o out.c
expect missing_argument 2 "'--grad' needs an argument" loss.c -o out.c --grad
expect malformed_spec 2 "malformed SPEC" loss.c -o out.c --grad 'loss(w'
expect directions_first 1 "--directions comes after the SPEC that it belongs to; before all" loss.c -o out.c --directions 2 --grad loss
expect sparse_first 1 "--sparse comes after the SPEC that it belongs to; before all" note.c -o out.c --sparse --jacobian f
expect directions_of_notes 0 "" note.c -o out.c --directions 2 --vjp f
expect empty_spec 2 "" loss.c -o out.c --grad ''
expect name_first 2 "--name" --name x loss.c -o out.c --grad loss
expect bad_name 2 "not a C identifier" loss.c -o out.c --grad loss --name 2x
expect nothing_to_do 2 "nothing to do" loss.c -o out.c
expect bad_name_keyword 2 "not a C identifier" loss.c -o out.c --grad loss --name for
expect input_is_output 2 "is an input and the output" out.c -o out.c --grad f
expect input_is_output_by_path 2 "is an input and the output" loss.c -o ./loss.c --grad loss
expect header_is_output 2 "'./out.c' would be written twice" loss.c -o out.c --header=./out.c --grad loss
expect header_is_input 2 "is an input and the output" loss.c -o out.c --header=loss.c --grad loss
echo 'double twice(double x);' >own.h
printf '#include "own.h"\ndouble twice(double x) { return 2 * x; }\n' >own_twice.c
expect header_is_included 1 "'own.h', which the source includes, would be overwritten" own_twice.c -o own.c --header --grad twice
check own_header_stays grep -q '^double twice(double x);$' own.h
: >own.h
expect header_for_the_source 0 "" own_twice.c -o own.c --header --grad twice
expect header_for_the_source_again 0 "" own_twice.c -o own.c --header --grad twice
check header_for_the_source_written grep -q 'double twice_grad(double x, double \*d_x);' own.h
echo 'double größe(double α) { return α * α; }' >utf8.c
expect utf8_names 0 "" utf8.c -o utf8_grad.c --grad 'größe(α)' --name Δgröße
expect bad_emit 2 "--emit" loss.c -o out.c --grad loss --emit=pdf
cat >halves.c <<'C'
#include <math.h>
static double halves(double a, double whole, int depth)
{
    double e = a * a - whole;
    if (fabs(e) < 1e-3 || depth > 5)
        return a + e / 15;
    return halves(a / 2, whole / 2, depth + 1) + halves(a / 3, whole * a, depth + 1);
}
double f(double x) { return halves(x, x * x, 0); }
C
expect second_order_of_what_recursion_compares 0 "" halves.c -o out.c --hvp 'f(x)' -Werror=nondifferentiable
printf '#include <complex.h>\ndouble f(const double *x) { double complex z = CMPLX(x[0], x[1]); return creal(z * z); }\n' >cmplx.c
expect cmplx_as_gcc_has_it 0 "" cmplx.c -o out.c --grad 'f(x)' -std=c11
check cmplx_in_gcc_and_clang sh -c '! grep -q CMPLX out.c'
expect missing_file 1 "cannot read 'nowhere.c': No such file" nowhere.c -o out.c --grad f
expect directory 1 "cannot read '.'" . -o out.c --grad f
expect syntax_error 1 "syntax.c:3:15: error:" syntax.c -o out.c --grad f
expect unknown_function 1 "no function 'nope'" loss.c -o out.c --grad nope
expect unknown_parameter 1 "'q' is neither a parameter" loss.c -o out.c --grad 'loss(q)'
expect unwritable 1 "cannot write 'nodir/out.c'" loss.c -o nodir/out.c --grad loss
expect out_is_directory 1 "cannot write '/'" loss.c -o / --grad loss
expect missing_include 1 "error:" note.c loss.c -o out.c --grad loss -include nothere.h
expect same_name_twice 1 "--name" loss.c -o out.c --grad 'loss(w)' --grad 'loss(b)'
expect name_of_function 1 "--name" loss.c -o out.c --grad loss --name loss
expect name_of_library 1 "would be called 'expf', like a name of the C library" loss.c -o out.c --grad loss --name expf
expect name_of_macro 1 "would be called 'NAN'" loss.c -o out.c --grad loss --name NAN
expect version 0 "adgen " --version
expect help 0 "--grad SPEC" --help
check help_fits_a_screen sh -c "'$ADGEN' --help | awk 'length(\$0) > 110 { bad = 1 } END { exit bad || NR > 54 || NR < 30 }'"
expect gradient 0 "" loss.c -o out.c --grad 'loss(w, b)'
check wrote_gradient grep -q loss_grad out.c
expect several 0 "" loss.c -o out.c --grad 'loss(w)' --name dw --vjp=loss --jvp loss
check wrote_several sh -c 'grep -q "dw(" out.c && grep -q "loss_vjp(" out.c && grep -q "loss_jvp(" out.c'
expect annotation 0 "" note.c -o out.c
check wrote_annotation grep -q "f_grad(" out.c
expect two_files 0 "" second.c loss.c -o out.c --grad g --grad 'loss(w)'
check wrote_two_files sh -c 'grep -q "g_grad(" out.c && grep -q "loss_grad(" out.c'
# Two files that define the same, and two that use a name differently.
printf 'struct P { double a; };\nstatic const double k[2] = {2, 3};\ndouble f1(const struct P *p, int i) { return p->a * p->a * k[i]; }\n' >one.c
sed 's/f1/f2/' one.c >same.c
sed 's/f1/f2/; s/3}/4}/' one.c >other.c
expect same_definitions 0 "" one.c same.c -o out.c --grad f1 --grad f2
check same_definitions_compile cc -std=c99 -Wall -Wextra -Werror -c -o out.o out.c
rm -f out.o
expect other_tables 0 "" one.c other.c -o out.c --grad f1 --grad f2
check other_tables_compile cc -std=c99 -Wall -Wextra -Werror -c -o out.o out.c
"$ADGEN" --check one.c other.c -o out.c --grad f1 --grad f2 --set i=1 >stdout 2>&1
check other_tables_agree sh -c '[ "$(grep -c "  agrees" stdout)" = 2 ] && grep -q "k1\[2\] = {2" out.c'
rm -f out.o
sed 's/f1/f2/; s/double a;/double a, b;/' one.c >record.c
expect other_definitions 1 "record.c:1:8: error: 'P' is something else in another file" one.c record.c -o out.c --grad f1 --grad f2
expect header 0 "" loss.c -o out.c --grad loss --header
check wrote_header sh -c 'grep -q "loss_grad(" out.h && cc -std=c99 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c out.h'
printf 'static double half(double x)\n{\n    return x * x / 2;\n}\n' >half.h
printf '#include "half.h"\n' >uses.c
"$ADGEN" --check --grad half uses.c -o out.c >stdout 2>&1
check checked_header grep -q agrees stdout
expect named_header 0 "" loss.c -o out.c --grad loss --header=other.h
check wrote_named_header grep -q "loss_grad(" other.h
printf 'typedef float v4 __attribute__((vector_size(16)));\nv4 twice(v4 a) { v4 b = a + a; b[1] *= 2; return b; }\n__int128 wide(__int128 a) { return a ? a * 2 : -a; }\ndouble f(double x) { return x * x; }\n' >vectors.c
expect vectors_elsewhere 0 "" vectors.c -o out.c --grad f
expect options_to_front_end 0 "" loss.c -o out.c --grad loss -I . -DX=1 -UY -std=c99 -- -DZ
expect emit_dot 0 "" loss.c -o out.c --emit=dot
expect emit_ir 0 "" loss.c -o out.c --emit=ir
expect emit_primal 0 "" loss.c -o out.c --emit=primal
check wrote_primal sh -c 'grep -q "double loss(" out.c && cc -fsyntax-only out.c'
"$ADGEN" loss.c -o - --grad loss >dash.c 2>/dev/null
check to_stdout grep -q loss_grad dash.c

# The same bytes on every run; -o decides the command in the header comment.
"$ADGEN" loss.c -o same.c --vjp loss 2>/dev/null && cp same.c first.c && "$ADGEN" loss.c -o same.c --vjp loss 2>/dev/null
check deterministic cmp -s same.c first.c
ln -sf real_target.c link.c && echo old >real_target.c && "$ADGEN" loss.c -o link.c --grad loss 2>/dev/null
check follows_links sh -c 'test -L link.c && grep -q loss_grad real_target.c'
check into_device "$ADGEN" loss.c -o /dev/null --grad loss

# Deep input is a limit or an answer, never a signal.
awk 'BEGIN { printf "double f(double x)\n{\n    return "; for (i = 0; i < 200; i++) printf "("; printf "x"; for (i = 0; i < 200; i++) printf "* x)"; print ";\n}" }' >deep.c
"$ADGEN" deep.c -o deep_out.c --grad f >/dev/null 2>&1
check deep_nesting test $? -lt 128
awk 'BEGIN { print "double f(double x)\n{\n    double s = x;"; for (i = 0; i < 3000; i++) print "    s = s * 0.5 + x;"; print "    return s;\n}" }' >long.c
timeout 20 "$ADGEN" long.c -o long_out.c --grad f >/dev/null 2>&1
check long_function test $? -eq 0
awk 'BEGIN { print "double f(double x)\n{\n    double s = x;"; for (i = 0; i < 60; i++) print "    if (s > " i ") {"; print "s *= x;"; for (i = 0; i < 60; i++) print "}"; print "    return s;\n}" }' >nest.c
timeout 20 "$ADGEN" nest.c -o nest_out.c --grad f >/dev/null 2>&1
check nested_ifs test $? -eq 0
awk 'BEGIN { print "struct L { double *v, *w; struct S *up; }; struct S { struct L *l; double *a, *b, *c, *d, *e; struct S *s, *t, *u; struct L *m, *k; };"
    print "void other(double *x, struct S *s);\ndouble f(struct S *s, double *x)\n{\n    double r = 0;"
    for (i = 0; i < 40; i++)
        printf "    s->%s->l->v[%d] = s->%s->m->w[%d] + s->%s->k->up->%s[%d]; r += s->u->t->s->%s[%d];\n", i % 2 ? "s" : "t", i, i % 3 ? "u" : "t", i,
            i % 2 ? "s" : "u", i % 5 ? "a" : "e", i, i % 2 ? "b" : "c", i
    print "    other(x, s);\n    return r;\n}" }' >linked.c
timeout 20 "$ADGEN" linked.c -o linked_out.c --grad 'f(x)' >/dev/null 2>&1
check linked_structs test $? -eq 1

# --check tells wrong from right, and what it needs to know.
expect check_good 0 "agrees" loss.c -o out.c --grad 'loss(w, b)' --check --len w=n --len x=n --set n=3
expect check_needs_length 1 "" loss.c --grad 'loss(w, b)' -o - --check
exit 0
