#!/bin/sh
# The forms of messages: text with colour, JSON lines, SARIF; several errors a run; warnings by name; -v; --explain. PASS and FAIL lines.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
export ASAN_OPTIONS=detect_leaks=0
unset NO_COLOR
cd "$DIR" || exit 1

check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@"; then echo "PASS diagnostics/$name"; else echo "FAIL diagnostics/$name"; cat err; fi
}
has() { grep -qF -- "$1" err; }
quiet() { "$@" >/dev/null; }
run() { # run STATUS ARGS...
    want=$1
    shift
    "$ADGEN" "$@" >stdout 2>err
    status=$?
    [ "$status" -eq "$want" ] || { echo "FAIL diagnostics: exit status $status instead of $want: $*"; cat err; }
}

cat >bad.c <<'C'
double helper(double x);
double layer(double x)
{
    return helper(x) * 2;
}
double loss(double x)
{
    return layer(x) + 1;
}
double other(double x)
{
    __asm__("nop");
    return x;
}
double good(double x)
{
    return x * x;
}
C
printf 'double good(double x)\n{\n    return x * x;\n}\n' >good.c
printf 'double f(double x)\n{\n    double \303\251 = y;\n    return z;\n}\n' >two.c
printf 'double f(double x)\n{\n\treturn "\\\\";\n}\n' >"spa ce.c"

# Several independent errors; each once; the way to what is missing.
run 1 bad.c --grad loss --grad other --jvp loss --grad good -o out.c
check several_errors test "$(grep -c ': error:' err)" -eq 2
check path_note has 'loss -> layer'
run 1 two.c --grad f -o out.c -fmax-errors=1
check max_errors test "$(grep -c ': error:' err)" -eq 1
check max_errors_note has '1 more error is not shown'
run 2 two.c --grad f -o out.c -fmax-errors=x
run 1 two.c --grad f -o out.c
check range has '^'

# Colour on a terminal only, or when asked for.
check no_colour sh -c '! grep -q "$(printf "\033")" err'
run 1 two.c --grad f -o out.c -fdiagnostics-color=always
check colour grep -q "$(printf '\033')" err
if command -v script >/dev/null 2>&1; then
    TERM=xterm script -qec "'$ADGEN' two.c --grad f -o out.c" /dev/null >err 2>&1 </dev/null
    check colour_on_a_terminal grep -q "$(printf '\033\\[1;31m')" err
fi

# JSON lines: each line is an object. SARIF: one document.
run 1 bad.c --grad loss --grad other -o out.c --diagnostics-format=json
check json_lines test "$(grep -c '^{"severity": "error", "file": "bad.c", "line": [0-9]*, "column": [0-9]*, .*}$' err)" -eq "$(wc -l <err)"
check json_notes has '"notes": [{"severity": "note"'
run 2 --nonsense --diagnostics-format=json
check json_usage has '{"severity": "error", "message": "unknown option'
run 1 bad.c nowhere.c --grad good -o out.c --diagnostics-format json
check json_file has 'cannot read'
run 0 bad.c --grad good -o out.c --diagnostics-format=json
check json_silent test ! -s err
run 2 bad.c --grad good -o out.c --diagnostics-format=xml
run 1 two.c --grad f -o out.c --diagnostics-format=sarif
cp err two.sarif
run 1 "spa ce.c" --grad f -o out.c --diagnostics-format=sarif
check sarif_uri has '"uri": "spa%20ce.c"'
run 0 bad.c --grad good -o out.c --diagnostics-format=sarif --set x=1
check sarif_warning has '"ruleId": "unused-option"'
if command -v jq >/dev/null 2>&1; then
    run 1 bad.c --grad loss --grad other -o out.c --diagnostics-format=json
    check json_parses sh -c 'jq -es "length == 2 and all(.[]; .message and .line > 0 and (.notes | type) == \"array\")" err >/dev/null'
    for f in two.sarif err; do
        [ "$f" = two.sarif ] || run 1 bad.c --grad loss --grad other -o out.c --diagnostics-format=sarif
        # What the schema requires of the parts we use.
        check "sarif_$f" quiet jq -e '.version == "2.1.0" and (.runs | length) == 1 and (.runs[0].tool.driver | .name == "adgen" and (.rules | all(.id)))
            and (.runs[0].results | length == 2 and all(.message.text and (.level | IN("error", "warning", "note"))
                and (.locations | all(.physicalLocation.region.startLine >= 1 and .physicalLocation.region.startColumn >= 1
                    and .physicalLocation.region.endColumn > .physicalLocation.region.startColumn))))
            and (.runs[0].invocations[0].executionSuccessful | not)' "$f"
    done
    # columns are characters
    check sarif_columns quiet jq -e '.runs[0].results[0].locations[0].physicalLocation.region | .startColumn == 16 and .endColumn == 17' two.sarif
fi

# Fix-its: what to write instead, under the caret and for programs.
cat >fix.c <<'C'
#include <adgen.h>
AD_GRAD(
    weigth, b)
double loss(const double *weight, double b)
{
    return weight[0] * b;
}
AD_GRAD(x)
double scratch(const double *x, double *tmp, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        tmp[i] = x[i] * x[i];
    for (int i = 0; i < n; i++)
        s += tmp[i];
    return s;
}
C
below() { # below TEXT: the lines after the note are the source, a caret and the fix
    grep -A3 -F -- "$1" err | tail -1 >fixline && [ "$(cat fixline)" = "$2" ]
}
run 1 fix.c -o out.c
check fix_name_place has "fix.c:3:5: note: did you mean 'weight'?"
check fix_name below "did you mean 'weight'?" '      |     weight'
sed -i 's/weigth/weight/' fix.c
run 1 fix.c -o out.c
check fix_scratch_place has "fix.c:8:10: note: name it as scratch: 'scratch(x; tmp)'"
check fix_scratch below "name it as scratch" '      |          ; tmp'
run 1 fix.c -o out.c --diagnostics-format=json
check fix_json has '"fix": {"line": 8, "column": 10, "end_column": 10, "text": "; tmp"}'
# doing what it says is the end of it
sed -i '8s/)/; tmp)/' fix.c
run 0 fix.c -o out.c
printf 'double f(double x)\n{\n    return x\n}\n' >semicolon.c
run 1 semicolon.c --grad f -o out.c
check fix_of_the_front_end sh -c 'tail -1 err | grep -q "^      |             ;$"'
run 2 fix.c --grdd=f -o out.c
check fix_option has "unknown option '--grdd=f'; did you mean '--grad'?"

# The documents against the public schema (OASIS), which comes with an npm package, as its validator does.
schema=${SARIF_SCHEMA:-$ROOT/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json}
validate() {
    if [ -e "$ROOT/node_modules/ajv" ] && command -v node >/dev/null 2>&1; then
        ROOT=$ROOT node -e 'const fs = require("fs"), Ajv = require(process.env.ROOT + "/node_modules/ajv"), read = f => JSON.parse(fs.readFileSync(f, "utf8"));
            const ajv = new Ajv({schemaId: "auto", unknownFormats: "ignore"}), schema = read(process.argv[1]);
            delete schema.$schema;
            if (!ajv.validate(schema, read(process.argv[2]))) { console.error(ajv.errorsText()); process.exit(1); }' "$schema" "$1" 2>>err
    else
        python3 -c 'import json, jsonschema, sys; jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' "$schema" "$1" 2>>err
    fi
}
if [ -e "$schema" ] && { [ -e "$ROOT/node_modules/ajv" ] || python3 -c 'import jsonschema' 2>/dev/null; }; then
    sed -i '8s/; tmp)/)/; s/weight, b)/weigth, b)/' fix.c
    run 1 fix.c -o out.c --diagnostics-format=sarif
    check sarif_schema_fix sh -c 'grep -q "\"fixes\"" err'
    for f in err two.sarif; do check "sarif_schema_$f" validate $f; done
    sed 's/"level": "error"/"level": "bad"/' err >wrong.sarif
    if validate wrong.sarif; then echo "FAIL diagnostics/sarif_schema_tells"; else echo "PASS diagnostics/sarif_schema_tells"; fi
    run 1 bad.c --grad loss --grad other -o out.c --diagnostics-format=sarif
    check sarif_schema_notes validate err
    run 0 bad.c --grad good -o out.c --diagnostics-format=sarif --set x=1
    check sarif_schema_warning validate err
    run 2 --nonsense --diagnostics-format=sarif
    check sarif_schema_usage validate err
else
    echo "SKIP diagnostics/sarif_schema: there is no $schema, or neither ajv nor Python's jsonschema (npm ci)"
fi

# Warnings by name.
run 0 bad.c --grad good -o out.c --set x=1
check warning has 'warning: --set, --range, --len and --input have no effect without --check or --emit=dot [-Wunused-option]'
run 0 bad.c --grad good -o out.c --set x=1 -Wno-unused-option
check no_warning test ! -s err
run 1 bad.c --grad good -o out.c --set x=1 -Werror
check werror has '[-Werror=unused-option]'
run 1 bad.c --grad good -o out.c --set x=1 -Werror=unused-option
run 0 bad.c --grad good -o out.c --set x=1 -Werror -Wno-error=unused-option
check not_an_error has '[-Wunused-option]'
run 0 bad.c --grad good -o out.c -Wall -Wextra -Wno-of-another-compiler
run 2 bad.c --grad good -o out.c -Wnonsense
run 2 bad.c --grad good -o out.c --explain nonsense
for w in $(sed 's/.*there are: //' err); do
    run 0 --explain "$w"
    # the example brings it about
    sed '1,/^Example:$/d; s/^    //' stdout | sed 1d >example.c
    eval "'$ADGEN' example.c -o example_out.c $(sed -n '1s|^// adgen ||p' example.c)" >said 2>err
    check "explain_$w" grep -qF -e "[$w]" -e "[-W$w]" err
done

# Progress after two seconds, on a terminal only.
awk 'BEGIN { print "#include <math.h>"; for (f = 0; f < 40; f++) { print "double f" f "(double x)\n{\n    double s = x;";
    for (i = 0; i < 600; i++) print "    s = sin(s) * 0.5 + x * s;"; print "    return s;\n}" } }' >slow.c
all=$(awk 'BEGIN { for (f = 0; f < 40; f++) printf " --hvp f%d", f }')
# shellcheck disable=SC2086
timeout 2.5 "$ADGEN" slow.c $all -o slow_out.c >stdout 2>err
check no_progress test ! -s err
if command -v script >/dev/null 2>&1; then
    TERM=xterm timeout 30 script -qec "'$ADGEN' slow.c $all -o slow_out.c" /dev/null >err 2>&1 </dev/null
    check progress grep -q 'adgen: f[0-9]*_hvp: [a-z_]* \.\.\.' err
    check progress_vanishes sh -c "tr '\\r' '\\n' <err | tail -1 | grep -q '^.\[K\$'"
    TERM=xterm script -qec "'$ADGEN' good.c --grad good -o out.c" /dev/null >err 2>&1 </dev/null
    check no_progress_soon test ! -s err
fi

# Passes by name.
run 0 bad.c --grad good -o out.c -v
check verbose grep -q 'good_grad  *storage .* operations' err
run 2 bad.c --grad good -o out.c --emit=ir --after=nonsense
check after_names has 'there are: inline'
for pass in $(sed 's/.*there are: //' err); do
    mode=--grad
    [ "$pass" = tangent ] && mode=--jvp
    run 0 bad.c $mode good -o "out.$pass" --emit=ir --after="$pass"
done
check after_stops sh -c '! grep -q d_x out.hoist && grep -q d_x out.adjoint'
run 2 bad.c --grad good -o out.c -fno-nonsense
for pass in $(sed 's/.*switched off are: //' err); do
    run 0 good.c --grad good -o "without_$pass.c" "-fno-$pass"
done
check passes_off ${CC:-gcc} -std=c99 -Wall -Wextra -Werror -I"$ROOT/runtime" -fsyntax-only without_*.c
exit 0
