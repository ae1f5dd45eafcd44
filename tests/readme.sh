#!/bin/sh
# README.md is true: its code blocks are written, run and compared; its table of constructs and its list of files are those of the tree;
# its options are those of --help. PASS and FAIL lines.
#
#   ```c NAME                  the file NAME                  ```sh              is run by sh -e
#   ```c part of NAME          these lines are in it          ```text            all that the ```sh before it printed
#   ```c in main of X_main.c   a program with X_grad.h        ```sh in the source tree    targets of our Makefile
#   ```cmake, ```make, ```meson NAME   a project of its own around main.c and loss.c
ROOT=$PWD
BUILD=${BUILD:-build}
DIR=${DIR:-$(mktemp -d)}
unset MAKEFLAGS MFLAGS MAKELEVEL
export ASAN_OPTIONS=detect_leaks=0

check() { # check NAME COMMAND...: output in the file log
    name=$1
    shift
    if "$@" >"$DIR/log" 2>&1; then echo "PASS readme/$name"; else echo "FAIL readme/$name"; tail -n 30 "$DIR/log"; fi
}

# ---------------------------------------------------------------- what the tree says

same_tables() { sh tests/readme_tables README.md | diff README.md - || { echo "run make readme"; return 1; }; }
check constructs same_tables

listed_files() { # listed_files FOLDER: the files of its table, in order
    awk -v folder="$1" '/^`[a-z]*\/`/ { on = $0 ~ "^`" folder "/`" } /^Each folder/ { on = 0 } on && /^\| `/ { gsub("`", "", $2); print $2 }' README.md
}
all_listed() {
    for folder in frontend transform runtime; do
        listed_files "$folder" | sort >"$DIR/listed"
        { (cd "$folder" && ls ./*.c ./ops*.h 2>/dev/null | sed 's|./||'); [ "$folder" = runtime ] && (cd runtime && ls adgen*.h); } | sort >"$DIR/there"
        diff "$DIR/there" "$DIR/listed" | sed "s|^<|not in README.md: $folder/|; s|^>|not there: $folder/|" | grep not
    done >"$DIR/differences"
    ! grep . "$DIR/differences"
}
check every_file_is_listed all_listed

# The files of the passes stand in the order in which derive.c first runs them.
pipeline_order() {
    sed -n 's/^    {"\([a-z_]*\)", \([a-z_]*\), .*},.*/\2/p' transform/derive.c | while read -r pass; do
        grep -l "^void $pass(Fn \*" transform/*.c | sed 's|.*/||'
    done | awk '!seen[$0]++' >"$DIR/passes"
    listed_files transform | grep -F -x -f "$DIR/passes" | diff "$DIR/passes" - && [ "$(wc -l <"$DIR/passes")" -gt 6 ]
}
check pipeline_order pipeline_order

options_described() {
    "$ADGEN" --help=options | while read -r option; do
        grep -qF -- "$option" README.md || echo "README.md does not mention $option"
    done >"$DIR/missing"
    ! grep . "$DIR/missing" && [ "$("$ADGEN" --help=options | wc -l)" -gt 30 ]
}
check options options_described

samples_listed() { for d in samples/*/; do grep -q "^| \`$(basename "$d")\` |" README.md || { echo "$d is not in README.md"; return 1; }; done; }
check samples samples_listed

# ---------------------------------------------------------------- what the code blocks say

case $ADGEN in */asan/*) echo "PASS readme/blocks_skipped_under_sanitizers"; exit 0 ;; esac
make -s --no-print-directory BUILD="$BUILD" PREFIX="$DIR/stage" install >"$DIR/log" 2>&1 || { echo "FAIL readme/make_install"; cat "$DIR/log"; exit 0; }
export PATH="$DIR/stage/bin:$PATH" PKG_CONFIG_PATH="$DIR/stage/lib/pkgconfig" C_INCLUDE_PATH="$DIR/stage/include" LIBRARY_PATH="$DIR/stage/lib" \
    CMAKE_PREFIX_PATH="$DIR/stage"
mkdir -p "$DIR/blocks" "$DIR/work"
# blocks/001 ...: the info string of the fence, then the text
awk -v dir="$DIR/blocks" '/^```/ { if (file) { close(file); file = "" } else { file = sprintf("%s/%03d", dir, ++n); print substr($0, 4) >file } next }
    file { print >file }' README.md
cd "$DIR/work" || exit 1

in_main() { # in_main X_main.c BLOCK
    printf '#include <stdio.h>\n#include "%s_grad.h"\n\nint main(void)\n{\n' "${1%_main.c}"
    cat "$2"
    printf '    return 0;\n}\n'
}
is_part() { # is_part BLOCK FILE: its lines are in the file, one after another
    awk 'NR == FNR { want[n++] = $0; next } { have[m++] = $0 }
        END { for (i = 0; i + n <= m; i++) { for (k = 0; k < n && have[i + k] == want[k]; k++); if (k == n) exit 0 } exit 1 }' "$1" "$2" ||
        { cat "$2"; return 1; }
}
# A fresh folder with the block as its build file; the program says what the README's first one does.
builds() { # builds BLOCK FILE TOOL COMMAND
    tool=$3
    command -v "$tool" >/dev/null 2>&1 || { echo "PASS readme/$2 (skipped: there is no $tool)"; return; }
    mkdir -p "$DIR/project_$tool" && cp main.c loss.c "$DIR/project_$tool/" && cp "$1" "$DIR/project_$tool/$2"
    check "$2" sh -c "cd '$DIR/project_$tool' && unset C_INCLUDE_PATH LIBRARY_PATH && $4 && diff '$DIR/first_output' said"
}
n=0
for block in "$DIR"/blocks/*; do
    info=$(head -n 1 "$block")
    sed -i 1d "$block"
    n=$((n + 1))
    name=$(basename "$block")
    case $info in
    'c in main of '*) in_main "${info#c in main of }" "$block" >"${info#c in main of }" ;;
    'c part of '*) echo "$block ${info#c part of }" >>"$DIR/parts" ;; # made by what follows
    'c '*) cp "$block" "${info#c }" ;;
    'sh in the source tree')
        sed -n 's/^make \([a-z][a-z]*\)  *.*/\1/p' "$block" >"$DIR/targets"
        while read -r target; do check "make $target" grep -q "^$target:.*##" "$ROOT/Makefile"; done <"$DIR/targets"
        ;;
    sh) check "$name runs" sh -e -c "{ $(cat "$block")
} >said 2>'$DIR/errors' || { cat '$DIR/errors'; false; }" ;;
    text)
        [ -e "$DIR/first_output" ] || cp said "$DIR/first_output"
        check "$name output" diff "$block" said
        ;;
    cmake*) builds "$block" "${info#cmake }" cmake "cmake -B out >log && cmake --build out >log && out/main >said" ;;
    make*) builds "$block" "${info#make }" make "make main >log && ./main >said" ;;
    meson*) builds "$block" "${info#meson }" meson "meson setup out >log && meson compile -C out >log && out/main >said" ;;
    *) echo "FAIL readme/$name: nothing is known about blocks of '$info'" ;;
    esac
done
while read -r block file; do check "part of $file" is_part "$block" "$file"; done <"$DIR/parts"
check enough_blocks test "$n" -gt 20
exit 0
