#!/bin/sh
# What loops keep for their reverse: what is rerun or copied instead, what must not be, and that the bits are those without it. Prints PASS
# and FAIL.
ROOT=$PWD
ADGEN=${ADGEN:-$PWD/build/adgen}
DIR=${DIR:-$(mktemp -d)}
cd "$DIR" || exit 1
check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@" >log 2>&1; then echo "PASS reverse_loops/$name"; else echo "FAIL reverse_loops/$name"; cat log; fi
}
CC="${CC:-gcc} -std=gnu99 -O0 -ffp-contract=off -w -I$ROOT/runtime"
cp "$ROOT/tests/numeric/rerun.c" "$ROOT/tests/numeric/state_copies.c" "$ROOT/tests/numeric/settle.c" "$ROOT/tests/numeric/refill.c" \
    "$ROOT/tests/numeric/while_counts.c" "$ROOT/tests/numeric/unread.c" "$ROOT/tests/numeric/rows.c" "$ROOT/tests/numeric/buffers.c" "$ROOT/tests/numeric/fused_lookup.c" \
    "$ROOT/tests/numeric/local_tables.c" "$ROOT/tests/numeric/twins.c" "$ROOT/tests/numeric/onehot.c" .

cat >main.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "out.h"

enum { N = 40, M = 8 };
static double x[2 * N], y[2 * N], d_x[2 * N], d_y[2 * N];
static float f[N * M], d_f[N * M];

static void start(void)
{
    for (int i = 0; i < 2 * N; i++) {
        x[i] = 0.7 + 0.01 * i * (i % 3 - 1);
        y[i] = 0.4 - 0.003 * i;
        d_x[i] = 0.1 * i;
        d_y[i] = 1 - 0.02 * i;
    }
    for (int i = 0; i < N * M; i++) {
        f[i] = 0.5f + 0.001f * i;
        d_f[i] = 0;
    }
}

static void show(const char *what)
{
    printf("%s", what);
    for (int i = 0; i < 2 * N; i++)
        printf(" %a %a", d_x[i], d_y[i]);
    for (int i = 0; i < N * M; i++)
        printf(" %a", d_f[i]);
    printf("\n");
    start();
}

int main(void)
{
    start();
    CALLS
    return 0;
}
C
rerun_calls='powers_vjp(x, y, N, 3, 0.9, d_x, d_y); show("powers"); butterflies_vjp(x, y, 32, d_x, d_y); show("butterflies");
interleaved_vjp(x, 32, d_x); show("interleaved"); wrapping_vjp(x, 32, d_x); show("wrapping"); sampled_grad(x, N, 5, d_x); show("sampled");
woven_grad(x, y, N, 4, d_x); show("woven"); ordered_grad(x, N, 4, d_x); show("ordered"); meeting_vjp(x, N, d_x); show("meeting");
pushed_vjp(x, N, d_x); show("pushed"); called_vjp(x, N, d_x); show("called"); from_table_vjp(x, N, d_x); show("table");'
copies_calls='rod_grad(x, y, N, 20, d_x, d_y); show("rod"); rod_grad(x, y, 2, 3, d_x, d_y); show("short rod");
rod_grad(x, y, N, 0, d_x, d_y); show("no step"); plate_grad(N, M, f, 6, d_f); show("plate"); leapfrog_grad(x, 4, 3, d_x); show("leapfrog");
tested_grad(x, N, 6, d_x); show("tested"); sweep_grad(x, N, 6, d_x); show("sweep"); little_grad(x, y, N, 3, d_x, d_y); show("little");
seldom_grad(x, N, 7, d_x); show("seldom"); covariance_grad((void *)x, (void *)y, 5, (void *)d_x, (void *)d_y); show("covariance");
covariance_grad((void *)x, (void *)y, 1, (void *)d_x, (void *)d_y); show("one step"); power_grad(x, y, 3, 7, d_x, d_y); show("power");
power_grad(x, y, 3, 0, d_x, d_y); show("no power");'

settle_calls='int to[N]; for (int i = 0; i < N; i++) to[i] = i * 7 % 11; scaled_vjp(x, N, d_x); show("scaled");
turned_vjp((void *)x, N, (void *)d_x); show("turned"); exchanged_vjp(x, to, N, d_x); show("exchanged"); told_apart_vjp((void *)x, to, N, (void *)d_x);
show("apart"); told_by_else_vjp(x, to, N, d_x); show("else"); not_told_vjp(x, to, N, d_x); show("not told"); not_their_test_vjp(x, to, N, d_x); show("not theirs"); twice_vjp(x, N, d_x); show("twice");
around_vjp(x, N, 3, d_x); show("around"); shifted_vjp(x, y, N, d_x, d_y); show("shifted"); shifted_vjp(x, x + 3, N, d_x, d_x + 3); show("overlap");
scaled_vjp(x, 0, d_x); show("none"); turned_vjp((void *)x, 3, (void *)d_x); show("three");'
refill_calls='float f[N], d_f[N] = {0}; for (int i = 0; i < N; i++) f[i] = (float)x[i]; pieces_grad(x, N, 3, d_x); show("pieces");
pieces_grad(x, 2, 4, d_x); show("two pieces"); backwards_grad(f, N, 4, d_f); for (int i = 0; i < N; i++) d_x[i] = d_f[i]; show("backwards");
growing_grad(x, N, 9, d_x); show("growing"); ends_grad(x, N, 4, d_x); show("ends"); twice_grad(x, N, 4, d_x); show("twice");
sometimes_grad(x, N, 5, d_x); show("sometimes"); last_grad(x, N, 3, d_x); show("last"); last_grad(x, N, 0, d_x); show("no step");
overwritten_grad(x, N, 7, d_x); show("overwritten");'
count_calls='strided_vjp(x, N, 3, d_x); show("strided"); wrapped_vjp(x, 9, d_x); show("wrapped"); until_vjp(x, N, 7, d_x); show("until");
uneven_vjp(x, N, d_x); show("uneven"); nested_vjp(x, N, d_x); show("nested"); strided_vjp(x, 1, 3, d_x); show("no trip");
strided_vjp(x, N, 50, d_x); show("one trip"); until_vjp(x, 3, 9, d_x); show("short"); nested_vjp(x, 2, d_x); show("small");'
unread_calls='unread_state_grad(x, y, N, d_x); show("state"); unread_struct_grad(f, N, d_f); show("struct"); read_before_grad(x, N, d_x); show("before");
read_through_struct_grad(x, 8, d_x); show("through"); read_by_caller_grad(x, y, N, d_x, d_y); show("caller"); unread_state_grad(x, y, 1, d_x); show("one");
unread_struct_grad(f, 1, d_f); show("one struct"); read_before_grad(x, 1, d_x); show("one before"); read_through_struct_grad(x, 0, d_x); show("none");'
rows_calls='both_pieces_grad(x, y, N, 9, d_x, d_y); show("pieces"); both_pieces_grad(x, y, 2, 3, d_x, d_y); show("two"); both_pieces_grad(x, y, 9, 0, d_x, d_y);
show("no step"); both_ends_grad(f, N, 6, d_f); show("ends"); both_ends_grad(f, 4, 6, d_f); show("four"); both_ends_grad(f, 3, 6, d_f); show("three");
both_plate_grad((void *)x, 5, (void *)d_x); show("plate"); in_place_grad(x, y, N, 5, d_x, d_y); show("in place"); in_place_grad(x, y, 2, 5, d_x, d_y);
show("small"); field_grad(N / 4, 8, x, 6, d_x); show("field"); field_grad(1, 8, x, 6, d_x); show("one row"); two_phases_grad(x, 9, 7, d_x); show("phases");
not_seidel_grad(x, N, 4, d_x); show("seidel"); not_always_grad(x, N, 5, d_x); show("always"); not_steady_grad(x, N, 6, d_x); show("steady");
not_dense_grad(x, N, 4, d_x); show("dense"); not_checked_grad(x, N, 4, d_x); show("checked"); once_partly_grad(x, N, 4, d_x); show("partly");
once_read_grad(x, N, 4, d_x); show("read"); once_after_grad(x, N, 4, d_x); show("after"); once_shifted_grad(x, N, 4, d_x); show("shifted");
once_after_grad(x, N, 0, d_x); show("not after");'
buffers_calls='for (int s = 0; s < 4; s++) { copied_rod_grad(x, y, N, s, d_x, d_y); show("rod"); copied_rod_grad(x, y, 2, s % 2, d_x, d_y); show("two");
exchanged_ends_grad(f, N, s, d_f); show("ends"); copied_wave_grad(x, y, N, s, d_x, d_y); show("wave"); exchanged_both_grad(x, N, s, d_x); show("both");
exchanged_early_grad(x, N, s, d_x); show("early"); not_little_grad(x, N, s, d_x); show("little"); not_named_grad(x, N, s, d_x); show("named");
not_older_grad(x, N, s, d_x); show("older"); not_sizes_grad(x, N, s, d_x); show("sizes"); not_empty_grad(x, N, s, d_x); show("empty"); not_always_grad(x, N, s, d_x); show("always"); }'

fused_calls='for (int s = 0; s < 4; s++) { at_once_both_grad(x, y, s, 7, d_x, d_y); show("both"); at_once_late_grad(x, 0.4, 3 * s, d_x, d_y); show("late");
at_once_bag_grad(x, y, s, 7, d_x, d_y); show("bag"); at_once_channels_vjp(x, y, y + 9, s, 3, 4, d_x, d_y, d_y + 9); show("channels");
at_once_channels_vjp(x, y, x + 2, 2, 3, 2, d_x, d_y, d_x + 2); show("overlap"); at_once_tests_grad(x, 5 * s, d_x); show("tests"); at_once_roots_grad(x, 5 * s, d_x); show("roots");
later_squared_grad(x, s, d_x); show("squared"); later_bag_grad(x, y, s, 5, d_x, d_y); show("later"); later_cleared_grad(x, s, 6, d_x); show("cleared"); }'

run_with() { # run_with SOURCE CALLS OPTION...: the numbers, and out.c
    source=$1 calls=$2
    shift 2
    "$ADGEN" "$source" -o out.c --header "$@" || return 1
    printf '%s' "$calls" >calls.h
    sed 's/^    CALLS$/#include "calls.h"/' main.c >run.c
    # shellcheck disable=SC2086
    $CC -o run run.c out.c "$source" "$(dirname "$ADGEN")/libadgen_rt.a" -lm && ./run
}
same_bits() { # same_bits PASS SOURCE CALLS; each array with its own allocation, to count them; no ranges, which are copied as well
    run_with "$2" "$3" -fno-bundle -fno-ranges >with.txt && cp out.c with.c && run_with "$2" "$3" -fno-bundle -fno-ranges "-fno-$1" >without.txt && cp out.c "without_$1.c" &&
        cmp with.txt without.txt && ! cmp -s with.c "without_$1.c" && [ "$(wc -l <with.txt)" -gt 8 ]
}
function_of() { sed -n "/^[a-z].* $2(/,/^}/p" "$1"; } # function_of FILE NAME
without() { function_of "$1" "$2" >part && [ -s part ] && ! grep -E "$3" part; } # without FILE FUNCTION PATTERN
with() { function_of "$1" "$2" >part && grep -E "$3" part; }

check rerun_same_bits same_bits rerun rerun.c "$rerun_calls"
cp with.c rerun_out.c
for f in powers_vjp butterflies_vjp interleaved_vjp; do
    check "rerun_$f" without rerun_out.c $f '&tape, w|kept_'
    check "kept_before_$f" with without_rerun.c $f '&tape, w|kept_'
done
for f in sampled_grad woven_grad; do
    check "fused_$f" without rerun_out.c $f 'push_double|kept_'
done
for f in wrapping_vjp ordered_grad meeting_vjp pushed_vjp called_vjp from_table_vjp; do
    check "not_rerun_$f" with rerun_out.c $f 'push_double|kept_w'
done

check snapshot_same_bits same_bits snapshot state_copies.c "$copies_calls"
for f in rod_grad plate_grad; do
    check "copy_$f" with with.c $f 'for \(long k|one row of what is kept'
    check "one_copy_$f" [ "$(function_of with.c $f | grep -c 'tape_alloc')" = 1 ]
    check "more_without_$f" [ "$(function_of without_snapshot.c $f | grep -c 'tape_alloc')" -gt 1 ]
done
for f in covariance_grad power_grad; do
    check "copy_in_branch_$f" with with.c $f 'for \(long k'
    check "nothing_else_$f" without with.c $f 'kept_.*\* 3 \+ k|ad_log'
    check "without_copy_$f" with without_snapshot.c $f 'kept_.*\* 3 \+ k|ad_log'
done
check two_copies with with.c leapfrog_grad 'kept_p\[t \* 6'
# A tangent's memory is copied as the primal's is: not its element in each iteration that reads it.
"$ADGEN" "$ROOT/tests/numeric/rooms.c" --hvp 'room_cg(A, b)' -I"$ROOT/runtime" -o hvp.c
check copy_of_tangent with hvp.c room_cg_hvp 'kept_d_p[0-9]*\[k\] = '
check copy_of_tangent_only without hvp.c room_cg_hvp 'kept_d_[pt][0-9]*\[i \* '
for f in sweep_grad little_grad seldom_grad tested_grad; do
    check "no_copy_$f" without with.c $f 'for \(long k'
    check "as_many_$f" [ "$(grep -c kept_ part)" = "$(function_of without_snapshot.c $f | grep -c kept_)" ]
done

# Buffers that a loop exchanges. Sums are in another order without it.
cat >close.c <<'C'
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) /* the same words, and numbers up to rounding */
{
    FILE *a = fopen(argv[1], "r"), *b = fopen(argv[argc - 1], "r");
    char s[99], t[99];
    int n = 0;
    for (; fscanf(a, "%98s", s) == 1 && fscanf(b, "%98s", t) == 1; n++)
        if (!(fabs(strtod(s, NULL) - strtod(t, NULL)) <= 1e-5 * (1e-3 + fabs(strtod(t, NULL)))))
            return printf("%s %s\n", s, t), 1;
    return n < 4000 || fscanf(b, "%98s", t) == 1;
}
C
same_numbers() { # same_numbers PASS SOURCE CALLS
    run_with "$2" "$3" >with.txt && cp out.c with.c && run_with "$2" "$3" "-fno-$1" >without.txt && cp out.c "without_$1.c" &&
        $CC -o close close.c -lm && ./close with.txt without.txt
}
check buffers_same_numbers same_numbers buffers buffers.c "$buffers_calls"
for f in copied_rod_grad copied_wave_grad exchanged_ends_grad exchanged_both_grad exchanged_early_grad; do
    check "buffers_$f" without with.c $f 'kept_d_'
    check "pointers_$f" with without_buffers.c $f 'kept_d_'
done
for f in exchanged_ends_grad exchanged_both_grad exchanged_early_grad; do
    check "both_ways_$f" with with.c $f '^ *(next|b)[0-9]*\[k\] ='
done
check one_way_rod without with.c copied_rod_grad '^ *(next|b)[0-9]*\[k\] ='
check one_way_wave without with.c copied_wave_grad '^ *after[0-9]*\[k\] ='
for f in not_little_grad not_named_grad not_older_grad not_sizes_grad not_always_grad not_empty_grad; do
    check "as_before_$f" [ "$(function_of with.c $f)" = "$(function_of without_buffers.c $f)" ]
done

# Arrays that live in the kept rows, with and without what is copied to them.
check rows_same_bits same_bits rows rows.c "$rows_calls"
for f in both_pieces_grad both_ends_grad both_plate_grad; do
    check "rows_$f" with with.c $f 'one row of what is kept'
    check "one_array_$f" without with.c $f '^    (double|float) (u|next)\[.*;|malloc\(n|calloc\(n, sizeof\(float|next_u'
done
for f in in_place_grad field_grad two_phases_grad once_partly_grad once_read_grad once_after_grad once_shifted_grad; do
    check "rows_$f" with with.c $f 'one row of what is kept'
    check "next_$f" with with.c $f 'next_[uy]'
done
for f in not_seidel_grad not_always_grad not_steady_grad not_dense_grad not_checked_grad; do
    check "copies_$f" without with.c $f 'one row of what is kept'
    check "as_before_$f" [ "$(function_of with.c $f)" = "$(function_of without_rows.c $f)" ]
done

# Loops that are reversed at once, all but the last argument of which may start late.
check fuse_same_numbers same_numbers fuse fused_lookup.c "$fused_calls"
for f in at_once_both_grad at_once_late_grad at_once_bag_grad at_once_channels_vjp_apart at_once_tests_grad at_once_roots_grad; do
    check "$f" without with.c $f 'for .*--|tape_alloc'
    check "without_$f" with without_fuse.c $f 'for .*--|tape_alloc'
done
for f in later_bag_grad later_cleared_grad; do check "$f" with with.c $f 'for \(int r = rows - 1'; done
check later_squared [ "$(function_of with.c later_squared_grad | grep -c 'for (')" = 2 ]
check meet_same_bits same_bits meet fused_lookup.c "$fused_calls"
check one_root [ "$(function_of with.c at_once_roots_grad | grep -o 'sqrt(' | wc -l)" = 1 ]
check one_test [ "$(function_of with.c at_once_tests_grad | grep -c 'if (')" = 2 ]
check two_tests [ "$(function_of without_meet.c at_once_tests_grad | grep -c 'if (')" -gt 2 ]

check settle_same_bits same_bits settle settle.c "$settle_calls"
for f in scaled_vjp turned_vjp told_apart_vjp; do
    check "settles_$f" without with.c $f 'd_.* = 0\.0;'
done
for f in exchanged_vjp around_vjp shifted_vjp_overlapping not_told_vjp not_their_test_vjp; do
    check "clears_$f" with with.c $f 'd_.* = 0\.0;'
done

check refill_same_bits same_bits settle refill.c "$refill_calls"
check refills_pieces without with.c pieces_grad 'd_next\[i\] (= 0\.0;|\+=)'
check refills_backwards without with.c backwards_grad 'd_tmp.*(= 0\.0f;|\+=)'
check refills_overwritten without with.c overwritten_grad 'd_tmp\[i\] (= 0\.0;|\+=)'
check clears_overwritten with with.c overwritten_grad 'd_tmp\[.*\] = 0\.0;'
for f in growing_grad twice_grad sometimes_grad last_grad; do
    check "clears_$f" with with.c $f 'd_tmp\[i\] = 0\.0;'
done
check clears_ends with with.c ends_grad 'd_next\[i\] = 0\.0;'

check count_same_bits same_bits recompute while_counts.c "$count_calls"
check counted without with.c strided_vjp 'push_uint'
check not_counted with with.c uneven_vjp 'push_uint'

# An array that is gone before the loop is not copied, though the loop has a load of it, which never runs.
cat >freed.c <<'C'
#include <stdlib.h>
double freed(const double *x, int n, int steps, int m)
{
    double *u = malloc(n * sizeof *u), sum = 0;
    for (int i = 0; i < n; i++)
        u[i] = x[i];
    for (int i = 0; i < n; i++)
        sum += u[i] * u[i];
    if (m == 0)
        free(u);
    for (int t = 0; t < steps; t++) {
        for (int k = 0; k < m; k++)
            for (int i = 1; i < n - 1; i++)
                sum += u[i - 1] * u[i] * u[i + 1];
        for (int i = 0; i < n && m; i++)
            u[i] = u[i] * u[i] * 0.5;
    }
    if (m)
        free(u);
    return sum;
}
C
check freed_before "$ADGEN" freed.c --grad 'freed(x)' -fno-allocs -o freed_grad.c
check freed_not_copied without freed_grad.c freed_grad 'for \(long k'

tables_calls='series_grad(x, N, d_x); show("series"); dormand_prince_vjp(x, N, d_x); show("steps"); adapted_grad(x, N, d_x); show("adapted");
left_grad(x, N, d_x); show("left"); chosen_grad(x, N, 3, d_x); show("chosen"); nearly_grad(x, N, d_x); show("nearly");
chosen_grad(x, N, 2, d_x); show("not chosen"); series_grad(x, 0, d_x); show("none"); dormand_prince_vjp(x, 1, d_x); show("one step");'
check constants_same_bits same_bits constants local_tables.c "$tables_calls"
check unread_same_bits same_bits unread unread.c "$unread_calls"
for f in unread_state_grad unread_struct_grad; do
    check "drops_$f" without with.c $f '^        (d_now|d_l)\[.*\](\.b)? = 0\.0'
    check "clears_$f" with without_unread.c $f '^        (d_now|d_l)\[.*\](\.b)? = 0\.0'
done
for f in read_before_grad read_by_caller_grad; do
    check "clears_$f" with with.c $f '(d_u|d_work)\[.*\] = 0\.0'
done

onehot_calls='one_of_rows_grad(x, 3, 7, d_x); show("rows"); one_alone_grad(x, 9, 4, d_x); show("alone"); one_of_twenty_grad(x, 3, d_x); show("twenty");
two_of_rows_grad(x, 3, 7, d_x); show("two"); two_and_entropy_grad(x, 4, 7, d_x); show("entropy"); two_of_part_grad(x, 7, 7, d_x); show("part");
two_shifted_grad(x, 3, 7, d_x); show("shifted"); one_of_rows_grad(y, 0, 7, d_y); show("none"); one_of_rows_grad(y, 7, 1, d_y); show("one");'
check onehot_same_bits same_bits onehot onehot.c "$onehot_calls"
for f in one_of_rows one_alone one_of_twenty; do
    check "onehot_$f" without with.c ${f}_grad 'd_(sum|length) [-+]= '
    check "no_onehot_$f" with without_onehot.c ${f}_grad 'd_(sum|length) [-+]= '
done
for f in two_of_rows two_and_entropy two_of_part two_shifted; do check "onehot_not_$f" with with.c ${f}_grad 'd_(sum|scale) [-+]= '; done
twins_calls='once_permuted_vjp(x, 32, d_x); show("permuted"); once_mixed_vjp(x, 16, d_x); show("mixed"); twice_shorter_vjp(x, 32, d_x); show("shorter");
twice_seeded_vjp(x, 8, d_x); show("seeded"); twice_going_on_vjp(x, 16, d_x); show("going on"); once_permuted_vjp(x, 0, d_x); show("none");
once_permuted_vjp(y, 64, d_y); show("64"); once_mixed_vjp(y, 1, d_y); show("one"); twice_shorter_vjp(y, 1, d_y); show("one shorter");'
check twins_same_bits same_bits twins twins.c "$twins_calls"
for f in once_permuted once_mixed; do check "twins_$f" without with.c ${f}_vjp 'kept_(j|value|at)1'; done
for f in twice_shorter twice_seeded twice_going_on; do check "no_twins_$f" with with.c ${f}_vjp 'kept_(j|value)1\['; done

# What is the same in all iterations of a loop around has no index for it; what is not has all.
check kept_once "$ADGEN" "$ROOT/tests/numeric/kept_once.c" -o once.c -fno-bundle
check kept_once_products without once.c once_products_grad 'kept_[A-Za-z0-9]*\[\(\('
check kept_once_triangle without once.c once_triangle_grad 'kept_[A-Za-z0-9]*\[.* \* '
check kept_each_overwritten with once.c each_overwritten_grad 'kept_P1\[i \* 8L \+ k\]'
check kept_each_start with once.c each_start_grad 'ad_tape_alloc\(\(size_t\)t \* t1'

# Memory of the heap that the reverse sweep of a gradient frees is read again by its tangent, too.
check second "$ADGEN" "$ROOT/tests/numeric/cholesky.c" --hvp 'log_det_on_heap(x)' -fno-bundle -o second.c
check second_reads_again without second.c log_det_on_heap_hvp 'kept_(l|v_l|d_l)'

# Slices of one allocation: where they are proved apart, nothing that was read is kept.
check slices "$ADGEN" "$ROOT/tests/numeric/slices_products.c" -o slices.c
for f in apart_layers apart_batch; do check "slices_$f" without slices.c ${f}_grad 'kept_|ad_log|push'; done
for f in meet_at_one meet_perhaps; do check "slices_$f" with slices.c ${f}_grad 'kept_|ad_log|push'; done

"$ADGEN" fused_lookup.c -o fused.c
for f in lines_vjp bins_vjp; do check "fused_sum_$f" without fused.c $f 'kept_|for \(int i = .*for \(int i = '; done
"$ADGEN" local_tables.c -o tables.c
"$ADGEN" local_tables.c -o no_tables.c -fno-constants
for f in series_grad dormand_prince_vjp; do
    check "tables_$f" with tables.c $f 'static const .*\{'
    check "no_tables_$f" with no_tables.c $f '\[[0-9]\] = '
done
for f in adapted_grad left_grad chosen_grad nearly_grad; do check "no_table_$f" without tables.c $f 'static const'; done
for f in running_vjp squared_vjp; do check "not_fused_$f" with fused.c $f 'kept_'; done

printf 'double f(double x) { return x; }\n' >f.c
for pass in buffers onehot rerun rows settle snapshot twins unread; do
    check "switch_$pass" "$ADGEN" f.c --grad f -fno-$pass -o f_grad.c
done
"$ADGEN" rerun.c --emit=ir --after=rerun -o rerun.ir && check after_rerun grep -q 'func' rerun.ir
