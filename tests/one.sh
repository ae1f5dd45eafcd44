# tests/one.sh KIND FILE: one test; prints `PASS KIND/NAME`, or `FAIL KIND/NAME` and its log.
# There are a thousand tests: what the shell can do itself takes no process.
kind=$1 file=$2
here=$PWD
base=${file##*/} base=${base%.c} from=${file%/*}
name=$kind/$base
[ "$kind" != sample ] || name=sample/${from##*/}
dir=$WORK/$name
case $BUILD in /*) adgen=$BUILD/adgen ;; *) adgen=$PWD/$BUILD/adgen ;; esac
mkdir -p "$dir"
log=$dir/log
CC=${CC:-gcc}
STRICT='-Wall -Wextra -Wpedantic -Werror -ffp-contract=off'
export ADGEN_VERIFY=1 OMP_NUM_THREADS=4 ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1} LSAN_OPTIONS=exitcode=23
# adgen's own arenas live until the end of the run; leaks of the code it makes are what counts.
ADGEN() { ASAN_OPTIONS=$OWN_ASAN timeout 120 "$adgen" "$@"; }
OWN_ASAN=detect_leaks=0
export ADGEN_CHECK_RUN="env ASAN_OPTIONS=detect_leaks=1"

# `// KEY: WORDS` in the file's first lines: WORDS in the variable for_KEY, each line's after that of the line before. `// expect:` is a whole line.
newline='
'
for_expect='' for_std='' for_needs='' for_args='' for_check='' for_directions='' for_status=''
read_header() {
    count=0
    while [ $((count += 1)) -le 12 ] && IFS= read -r line; do
        case $line in
        '// expect:'*) for_expect=$for_expect${line#// expect: }$newline ;;
        '// std:'* | '// needs:'* | '// args:'* | '// check:'* | '// directions:'* | '// status:'*)
            key=${line%%:*} words=${line#*:}
            eval "for_${key#// }=\"\${for_${key#// }:+\$for_${key#// } }\${words# }\""
            ;;
        esac
    done
}
case $file in *.c) read_header <"$file" ;; esac

# The standard that the file is written in: `// std: gnu11`.
std=-std=${for_std:-c99}
STRICT="$std $STRICT"
# A test of code that uses a library which is not here: `// needs: cblas.h`.
for header in $for_needs; do
    if ! echo "#include <$header>" | gcc -E -x c -o /dev/null - 2>/dev/null; then
        echo "PASS $name"
        echo "SKIP $name: there is no <$header>"
        exit 0
    fi
done

# One adgen call with a few words of shell quoting.
with() { # with WORDS COMMAND...
    words=$1
    shift
    eval "set -- \"\$@\" $words"
    "$@"
}

# Derivatives are asked for by annotations, of which directions are made, too.
annotated() { grep -qE 'AD_(GRAD|VJP|JVP|HVP)\(' "$file"; }

# Generated code is compiled without one warning by both compilers, and runs clean under the sanitizers. Three directions at once have the
# bits of single runs, which are what is checked otherwise; what cannot have them has a `// directions:` line with the refusal.
numeric() {
    export ADGEN_CHECK_FLAGS="$STRICT"
    if [ -e "${file%.c}.main.c" ]; then
        with_main
    elif [ -n "$for_directions" ] || ! annotated; then
        CHECK_CC=$CC CC="sh $here/tests/check_cc" with "$for_check" ADGEN --check "$file" -o "$dir/out.c" "$std"
    else
        TOGETHER=1 CHECK_CC=$CC CC="sh $here/tests/check_cc" with "$for_check" ADGEN --directions 3 --check "$file" -o "$dir/out.c" "$std" >"$dir/out" 2>&1
        status=$?
        cat "$dir/out"
        [ $status -eq 0 ] && grep -q 'the bits of single runs' "$dir/out"
    fi
}

# X.c has a program of its own, X.main.c.
with_main() {
    out=$dir/out.c
    sanitize='-fsanitize=address,undefined -fno-sanitize-recover=undefined'
    with "$for_args" ADGEN "$file" -o "$out" --header || return 1
    $CC $sanitize $STRICT -Iruntime -c -o "$dir/out.o" "$out" || return 1
    $CC $sanitize "$std" -ffp-contract=off -w -Iruntime -I"$dir" -o "$dir/main" "$dir/out.o" "$file" "${file%.c}.main.c" \
        "$BUILD/libadgen_rt.a" -lm -lpthread || return 1
    "$dir/main" || return 1
    clang $STRICT -Iruntime -I"$from" -fsyntax-only "$out"
}

# The refusal of several directions at once.
directions() {
    if with "$for_check" ADGEN --directions 3 --check "$file" -o "$dir/out.c" "$std" >"$dir/out" 2>&1; then
        echo 'it is not refused'
        return 1
    fi
    cat "$dir/out"
    grep -qF -- "$for_directions" "$dir/out"
}

# The primal written back from the IR gives the source's bits.
roundtrip() {
    PLAIN=1 CHECK_CC=$CC CC="sh $here/tests/check_cc" with "$for_check" ADGEN --check --emit=primal "$file" -o "$dir/out.c" "$std"
}

# Second derivatives of each gradient's function; in the version for arguments that may overlap, which the check's own arguments never do.
second() {
    sed -e 's/AD_GRAD(/AD_HVP(/' -e '/^AD_[VJ]*P(.*)$/d' "$file" >"$dir/$base.c"
    PLAIN=1 CHECK_CC=$CC CC="sh $here/tests/check_cc" \
        with "$for_check" ADGEN --check "$dir/$base.c" -o "$dir/out.c" "$std" -fno-apart -I"$from"
}

# The message at its place, the exit status, and OUT as it was.
reject() {
    out=$dir/out.c
    echo old >"$out"
    cp "$file" "$dir/in.c"
    with "$for_args" ADGEN "$file" -o "$out" 2>"$dir/stderr" >"$dir/stdout"
    status=$?
    cat "$dir/stderr"
    [ "$status" -eq "${for_status:-1}" ] || { echo "exit status $status, expected ${for_status:-1}"; return 1; }
    [ "$(cat "$out")" = old ] || { echo "OUT was touched"; return 1; }
    [ "$(cd "$dir" && echo *)" = 'in.c log out.c stderr stdout' ] || { echo "another file appeared"; ls "$dir"; return 1; }
    # What adgen refuses has a name; what the C front end or the command line finds wrong explains itself.
    if [ "$status" -ne 2 ] && grep -m1 'error:' "$dir/stderr" | grep -vE '\[[-a-zA-Z=]+\]$' | grep -vE 'undeclared identifier|expected'; then
        echo "it has no name"
        return 1
    fi
    [ -n "$for_expect" ] || { echo "no // expect: line"; return 1; }
    while read -r line; do
        case $line in [0-9]*) line="$file:$line" ;; esac
        [ -z "$line" ] || grep -qF -- "$line" "$dir/stderr" || { echo "expected: $line"; return 1; }
    done <<EOF
$for_expect
EOF
}

# The generated text itself; few and small.
golden() {
    cp "$file" "$dir/"
    (cd "$dir" && with "$for_args" ADGEN "$base.c" -o "${base}_grad.c") || return 1
    if [ -n "$BLESS" ]; then
        cp "$dir/${base}_grad.c" "tests/golden/${base}_grad.c"
    else
        diff -u "tests/golden/${base}_grad.c" "$dir/${base}_grad.c" && clang $STRICT -Iruntime -fsyntax-only "$dir/${base}_grad.c"
    fi
}

unit() {
    ASAN_OPTIONS=detect_leaks=0 "$file" -j1 >"$log" 2>&1
    status=$?
    # Criterion: `Synthesis: Tested: 12 | Passing: 12 | Failing: 0 | Crashing: 0`
    counts=$(sed -n 's/.*Tested: *\(.*\)/\1/p' "$log" | sed 's/\x1b\[[0-9;]*m//g' | tr -dc '0-9|' | tr '|' ' ')
    # shellcheck disable=SC2086
    set -- $counts
    failed=$((${3:-1} + ${4:-0}))
    [ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
    echo "COUNT ${2:-0} $failed $name"
    [ "$failed" -eq 0 ] || cat "$log"
    exit 0
}

# Scripts print PASS and FAIL lines themselves.
script() {
    mkdir -p "$dir/work" # its files do not meet the log
    case $CC in *-fsanitize*) export ASAN_OPTIONS=$OWN_ASAN ;; esac # make asan: adgen, too
    ADGEN="$adgen" DIR="$dir/work" sh "$file" >"$log" 2>&1 || grep -q '^FAIL' "$log" || echo "FAIL $name (exit status)" >>"$log"
    if grep -q '^FAIL' "$log"; then cat "$log"; else grep -E '^(PASS|SKIP)' "$log" || { echo "FAIL $name: it tests nothing"; cat "$log"; }; fi
    exit 0
}

# samples/NAME/needs: `HEADER PACKAGE LIBRARIES...` of a library that it shows. Without the header the test is skipped, which is said.
library_is_missing() {
    [ -e "$src/needs" ] || return 1
    read -r header package libraries <"$src/needs"
    echo "#include <$header>" | $CC -E - >/dev/null 2>&1 && return 1
    echo "SKIP $name: no <$header>; Debian has it in $package" >"$dir/skipped"
}

# A sample: derivatives of the sources that ask for some, built together with its main.c, which compares numbers itself.
sample() {
    src=$from
    objects='' libraries=''
    library_is_missing && return 0
    for c in "$src"/*.c; do
        objects="$objects $c"
        grep -qE 'AD_(GRAD|VJP|JVP|HVP|JACOBIAN|HESSIAN)' "$c" || continue
        base=${c##*/} base=${base%.c}
        set -- "$c"
        [ ! -e "$src/options" ] || set -- "@$src/options" "$c"
        ADGEN "$@" -o "$dir/${base}_grad.c" --header || return 1
        $CC $STRICT -O1 -Iruntime -I"$src" -c -o "$dir/${base}_grad.o" "$dir/${base}_grad.c" || return 1
        objects="$objects $dir/${base}_grad.o"
    done
    # shellcheck disable=SC2086
    $CC -std=c99 -D_POSIX_C_SOURCE=200809L -O1 -ffp-contract=off -Wall -Iruntime -Isamples -I"$src" -I"$dir" -o "$dir/main" $objects \
        "$BUILD/libadgen_rt.a" $libraries -lm -lpthread || return 1
    (cd "$dir" && timeout 120 ./main)
}

# 20 random programs, from the number in FILE's name on.
prop() {
    sh tests/prop/run "$base" 20
}

lint() {
    make -s --no-print-directory lint
}

case $kind in unit | script) $kind ;; esac
if $kind >"$log" 2>&1; then
    cat "$dir/skipped" 2>/dev/null || echo "PASS $name"
else
    { echo "FAIL $name"; sed 's/^/    /' "$log" | tail -n 40; } >"$dir/report"
    cat "$dir/report"
fi
