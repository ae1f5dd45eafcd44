#!/bin/sh
# row_tables.c: in tests/numeric/row_tables.c, the rows of own_ are told apart, so that nothing of them is logged; nothing changes in other_,
# and the derivatives have the same bits without. Prints PASS and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
source=$ROOT/tests/numeric/row_tables.c
cd "$DIR" || exit 1
result() { if [ "$2" = "$3" ]; then echo "PASS row_tables/$1"; else echo "FAIL row_tables/$1"; echo "    expected '$3', is '$2'"; fi; }
"$ADGEN" "$source" -I"$ROOT/runtime" -o with.c --header && "$ADGEN" "$source" -I"$ROOT/runtime" -fno-matrix -o without.c || exit 1
body() { sed -n "/^[a-z].* $1_grad(.*[,)]\$/,/^}/p" "$2"; }
functions=$(sed -n 's/^double \([a-z_]*\)(AD_LEN.*/\1/p' "$source")
for f in $functions; do
    case $f in
    own_*)
        result "$f" "$(body $f with.c | grep -c ad_log)" 0
        result "log_$f" "$(body $f without.c | grep -q ad_log && echo log)" log ;;
    other_*) result "$f" "$(body $f with.c)" "$(body $f without.c)" ;;
    esac
done

{
    printf '#include "with.h"\n#include <stdio.h>\n\nint main(void)\n{\n    double x[9] = {0.7, 1.1, 0.4, 1.3, 0.9, 0.6, 1.2, 0.8, 1.0}, d_x[9] = {0}, s = 0;\n'
    printf '    for (int n = 1; n < 8; n++) {\n'
    for f in $functions; do
        more=
        case $f in in_rounds | other_refilled) more=', 3' ;; esac
        printf '        s += %s_grad(x, n%s, d_x);\n' "$f" "$more"
    done
    printf '    }\n    printf("%%a", s);\n    for (int i = 0; i < 9; i++)\n        printf(" %%a", d_x[i]);\n    return 0;\n}\n'
} >main.c
for way in with without; do
    ${CC:-gcc} -std=gnu99 -O0 -ffp-contract=off -w -I"$ROOT/runtime" -o $way main.c $way.c "$ROOT"/runtime/*.c -lm -lpthread && ./$way >$way.bits || exit 1
done
result same_bits "$(cat with.bits)" "$(cat without.bits)"
