#!/bin/sh
# tests/openmp.sh: -fopenmp: derivatives by several threads are those of one thread; without the option pragmas are comments.
CC=${CC:-gcc}
src=$PWD/tests/numeric
runtime=$PWD/runtime lib=$(dirname "$ADGEN")/libadgen_rt.a
cd "$DIR" || exit 1
check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@" >log 2>&1; then echo "PASS openmp/$name"; else echo "FAIL openmp/$name"; sed 's/^/    /' log | tail -n 20; fi
}

for f in openmp_loops openmp_regions; do
    check "generate_$f" "$ADGEN" "$src/$f.c" -fopenmp -o $f.out.c
done

# Most loops are shared, those that cannot be say why.
count() { # count TEXT FILE WANTED
    n=$(grep -c "$1" "$2")
    [ "$n" -eq "$3" ] || { echo "$n lines of '$1' in $2, expected $3"; return 1; }
}
check shared_loops count '#pragma omp parallel for' openmp_loops.out.c 12
check shared_regions count '#pragma omp parallel for' openmp_regions.out.c 15
check one_thread count 'in one thread: ' openmp_regions.out.c 4
check simd count '#pragma omp simd reduction(+ : s)' openmp_loops.out.c 1

# No warning with and without -fopenmp, by both compilers.
for compiler in gcc clang; do
    for flag in '' -fopenmp; do
        for f in openmp_loops openmp_regions; do
            # shellcheck disable=SC2086
            check "compile_${compiler}_${flag#-f}_$f" $compiler -std=c99 -Wall -Wextra -Wpedantic -Werror $flag -I"$runtime" -fsyntax-only $f.out.c
        done
    done
done

# Large arrays, many times, in 2, 4 and 7 threads, against one thread.
cat >main.c <<'END'
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double omp_loss_grad(const double *, double, const double *, int, double *, double *);
double omp_layer_grad(const double *, const double *, const double *, int, int, double *);
double omp_layer_private_grad(const double *, const double *, const double *, int, int, int, double *);
void omp_matvec_vjp(const double *restrict, const double *restrict, double *restrict, int, int, double *, double *, double *);
void omp_stencil_vjp(const double *, double *, int, double *, double *);
void omp_forces_vjp(int, const double (*)[3], double (*)[3], double (*)[3], double (*)[3]);
double omp_region_grad(const double *, int, double *);
void omp_histogram_vjp(const double *, const int *, double *, int, int, double *, double *);
double omp_gather_grad(const double *, const int *, const double *, int, int, double *);
void omp_array_sum_vjp(const double *, const int *, double *, int, double *, double *);

enum { N = 30000, SUM = 8 * N };
static double x[N], y[N], out[N], sum[SUM];
static int idx[N];

static void all(double *r)
{
    double seed[N];
    memset(r, 0, SUM * sizeof *r);
    double *at = r;
    *at += omp_loss_grad(x, 0.3, y, N, at + 2, at + 1), at += N + 2;
    *at += omp_layer_grad(x, y, x, N / 10, 10, at + 1), at += 41;
    *at += omp_layer_private_grad(x, y, x, N / 10, 10, 6, at + 1), at += 41;
    memcpy(seed, y, sizeof seed);
    omp_matvec_vjp(x, y, at, 150, 200, at + 150, at + 30150, seed), at += 30350;
    memcpy(seed, y, sizeof seed);
    omp_stencil_vjp(x, out, N, at, seed), at += N;
    memcpy(seed, y, sizeof seed);
    omp_forces_vjp(200, (const double (*)[3])x, (double (*)[3])out, (double (*)[3])at, (double (*)[3])seed), at += 600;
    *at += omp_region_grad(x, N, at + 1), at += N + 1;
    memcpy(seed, y, sizeof seed);
    omp_histogram_vjp(x, idx, at, N, 3, at + 3, seed), at += N + 3;
    *at += omp_gather_grad(x, idx, y, N, 3, at + 1), at += 4;
    memcpy(seed, y, sizeof seed);
    omp_array_sum_vjp(x, idx, at, N, at + 4, seed), at += N + 4;
}

int main(void)
{
    static double one[SUM];
    for (int i = 0; i < N; i++) {
        x[i] = 0.2 + (i * 37 % 101) / 101.0;
        y[i] = 0.2 + (i * 53 % 97) / 97.0;
        idx[i] = i * 7 % 4;
    }
    omp_set_num_threads(1);
    all(one);
    for (int k = 0; k < 30; k++) {
        omp_set_num_threads((const int[]){2, 4, 7}[k % 3]);
        all(sum);
        for (int i = 0; i < SUM; i++)
            if (!(fabs(sum[i] - one[i]) <= 1e-10 * (1 + fabs(one[i])))) {
                printf("run %d: number %d is %.17g, in one thread %.17g\n", k, i, sum[i], one[i]);
                return 1;
            }
    }
    return 0;
}
END
build() { # build LOOPS.c REGIONS.c PROGRAM
    $CC -std=gnu11 -O0 -fopenmp -w -I"$runtime" "$1" "$2" main.c "$lib" -o "$3" -lm
}
check build build openmp_loops.out.c openmp_regions.out.c threads
check many_threads timeout 300 ./threads
check sums_of_threads count 'double \*my_d_[a-z]* = ' openmp_loops.out.c 2

# The runtime's part in the file asks for the thread, too.
standalone() {
    for f in openmp_loops openmp_regions; do "$ADGEN" "$src/$f.c" -fopenmp --standalone -o $f.alone.c || return 1; done
    build openmp_loops.alone.c openmp_regions.alone.c alone && timeout 300 ./alone
}
check standalone standalone

# Would it be noticed if the updates were not atomic? Other threads run between the two halves of some.
cat >yield.h <<'END'
#include <sched.h>
static inline void other_threads(void)
{
    static _Thread_local unsigned k;
    if (++k % 50 == 0)
        sched_yield();
}
END
for f in openmp_loops openmp_regions; do
    sed '/#pragma omp atomic/{
        N
        s/^.*\n *\(.*\) \([+-]\)= \(.*\);$/{ double old = \1; other_threads(); \1 = old \2 (\3); }/
    }' $f.out.c >$f.race.c
done
CC="$CC -include yield.h" build openmp_loops.race.c openmp_regions.race.c race
check races_are_noticed sh -c '! timeout 300 ./race'

# Without the option, pragmas are comments: the same file as without them.
mkdir -p with without
for f in openmp_loops openmp_regions; do
    cp "$src/$f.c" with/$f.c
    sed 's/^ *#pragma omp.*$//' "$src/$f.c" >without/$f.c
    check "comments_$f" sh -c "(cd with && \"$ADGEN\" $f.c -o $f.out.c) && (cd without && \"$ADGEN\" $f.c -o $f.out.c) && cmp with/$f.out.c without/$f.out.c"
    check "no_pragma_$f" sh -c "! grep -q pragma with/$f.out.c"
done

# After -- it means the same.
"$ADGEN" "$src/openmp_loops.c" -o - -- -fopenmp | sed 's/ -- -fopenmp//; s/adgen .*$//' >after
"$ADGEN" "$src/openmp_loops.c" -o - -fopenmp | sed 's/adgen .*$//' >before
check after_dashes cmp after before

# <omp.h> is there with and without the option, as it is for gcc.
cat >timed.c <<'END'
#include <omp.h>
double timed(const double *x, int n)
{
    double s = 0, start = omp_get_wtime();
    for (int i = 0; i < n; i++)
        s += x[i] * x[i] * x[i];
    return omp_get_wtime() - start < 0 ? 0 : s;
}
END
for flag in '' -fopenmp; do
    # shellcheck disable=SC2086
    check "header_$flag" "$ADGEN" timed.c --grad 'timed(x)' $flag -o timed_grad.c
done
