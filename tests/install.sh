#!/bin/sh
# make install into a staged tree, and projects outside of ours that use it: by hand, pkg-config, CMake, make, Meson. PASS and FAIL lines;
# what is not on this machine is left out.
ROOT=$PWD
BUILD=${BUILD:-build}
DIR=${DIR:-$(mktemp -d)}
unset MAKEFLAGS MFLAGS MAKELEVEL
export ASAN_OPTIONS=detect_leaks=0
case $ADGEN in */asan/*) echo "PASS install/skipped_under_sanitizers"; exit 0 ;; esac
stage=$DIR/stage
make -s --no-print-directory BUILD="$BUILD" DESTDIR="$stage" PREFIX=/opt/ad install >"$DIR/install.log" 2>&1 || { echo "FAIL install/make_install"; cat "$DIR/install.log"; exit 0; }
cd "$DIR" || exit 1
prefix=$stage/opt/ad
PATH=$prefix/bin:$PATH
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig

check() { # check NAME COMMAND...: output in the file log
    name=$1
    shift
    if "$@" >log 2>&1; then echo "PASS install/$name"; else echo "FAIL install/$name"; tail -n 30 log; fi
}

for f in bin/adgen lib/adgen/adgen.bin include/adgen.h include/adgen_rt.h lib/libadgen_rt.a lib/pkgconfig/adgen.pc lib/cmake/adgen/adgen-config.cmake \
    share/man/man1/adgen.1 share/bash-completion/completions/adgen; do
    [ -s "$prefix/$f" ] || echo "FAIL install/$f is missing"
done
check nothing_of_the_build_tree sh -c "! grep -rlI '$ROOT' '$prefix'"
command -v man >/dev/null 2>&1 && check man sh -c "MANWIDTH=100 man --warnings -l '$prefix/share/man/man1/adgen.1' 2>warnings | grep -q -- '--standalone' && ! test -s warnings"
if command -v bash >/dev/null 2>&1; then
    complete() { bash -c ". '$prefix/share/bash-completion/completions/adgen'; COMP_WORDS=($1); COMP_CWORD=\$((\${#COMP_WORDS[@]} - 1)); _adgen; echo \"\${COMPREPLY[@]}\""; }
    case $(complete 'adgen --jv') in *--jvp*) echo "PASS install/complete_option" ;; *) echo "FAIL install/complete_option" ;; esac
    case $(complete 'adgen --emit = i') in ir) echo "PASS install/complete_value" ;; *) echo "FAIL install/complete_value" ;; esac
    case $(complete 'adgen --after ho') in hoist) echo "PASS install/complete_pass" ;; *) echo "FAIL install/complete_pass" ;; esac
fi

# A project: the loop needs the runtime's stack, the header a constant.
project() { # project DIRECTORY
    rm -rf "$1"
    mkdir -p "$1/inc"
    echo '#define SCALE 2.0' >"$1/inc/scale.h"
    cat >"$1/f.c" <<'C'
#include <math.h>
#include <adgen.h>
#include "scale.h"

AD_GRAD()
double f(double x)
{
    while (x < LIMIT)
        x = x * x + lgamma(x);
    return SCALE * x;
}
C
    cat >"$1/main.c" <<'C'
#include <math.h>
#include <stdio.h>
#include "f_grad.h"
double f(double x);
int main(void)
{
    double d = 0, y = f_grad(1.7, &d), h = 1e-6, n = (f(1.7 + h) - f(1.7 - h)) / (2 * h);
    printf("%g %g\n", y, f_grad(1.7, &(double){0}));
    return !(y == f(1.7) && fabs(d - n) < 1e-6 * fabs(n));
}
C
}

project hand
by_hand() {
    cd hand && adgen f.c -o f_grad.c --header -Iinc -DLIMIT=9 && cc -Iinc -DLIMIT=9 -I"$prefix/include" -o main main.c f.c f_grad.c -L"$prefix/lib" -ladgen_rt -lm && ./main
}
check by_hand by_hand
cd "$DIR" || exit 1

standalone() {
    cd hand && adgen f.c -o alone.c --standalone -Iinc -DLIMIT=9 && sed -i '/adgen.h/d; /^AD_/d' f.c && cc -Iinc -DLIMIT=9 -o alone main.c f.c alone.c -lm && ./alone
}
check standalone standalone
cd "$DIR" || exit 1

if command -v pkg-config >/dev/null 2>&1; then
    project pc
    by_pkg_config() {
        cd pc && "$(pkg-config --variable=adgen adgen)" f.c -o f_grad.c --header -Iinc -DLIMIT=9 &&
            cc -Iinc -DLIMIT=9 $(pkg-config --cflags adgen) -o main main.c f.c f_grad.c $(pkg-config --libs adgen) && ./main
    }
    check pkg_config by_pkg_config
    cd "$DIR" || exit 1
fi

# Each way of building: build, run, rest; then a header changes, and the derivative with it.
rebuilds() { # rebuilds NAME BUILD-COMMAND PROGRAM GENERATED
    check "$1_builds" sh -c "$2 && $3"
    cp "$4" before
    touch -d '2030-01-01' stamp
    check "$1_rests" sh -c "touch stamp && sleep 1 && $2 && ! test '$4' -nt stamp"
    sleep 1
    echo '#define SCALE 3.0' >inc/scale.h
    check "$1_header" sh -c "$2 && $3 && ! cmp -s before '$4' && grep -q 3.0 '$4'"
}

project make
cd make || exit 1
cat >Makefile <<'M'
CPPFLAGS = -Iinc -DLIMIT=9 $(shell pkg-config --cflags adgen)
main: main.o f.o f_grad.o
	$(CC) -o $@ $^ $(shell pkg-config --libs adgen)
main.o: f_grad.h
%_grad.c %_grad.h: %.c
	adgen $< -o $*_grad.c --header -MMD -MP -MF $*_grad.c.d $(CPPFLAGS)
%.o: %.c
	$(CC) $(CPPFLAGS) -MMD -MP -c -o $@ $<
-include $(wildcard *.d)
M
command -v pkg-config >/dev/null 2>&1 && rebuilds make "make -s" ./main f_grad.c
cd "$DIR" || exit 1

cmake_project() { # cmake_project GENERATOR DIRECTORY
    project "$2"
    cd "$2" || exit 1
    cat >CMakeLists.txt <<'M'
cmake_minimum_required(VERSION 3.16)
project(try C)
find_package(adgen 0.1 REQUIRED)
add_executable(main main.c f.c)
target_include_directories(main PRIVATE inc)
target_compile_definitions(main PRIVATE LIMIT=9)
target_link_libraries(main m)
adgen_add_gradient(main SOURCE f.c GRAD "f(x)" OPTIONS -std=gnu11 --name f_named)
M
    sed -i 's/^AD_GRAD()$/AD_VJP()/' f.c
    sed -i 's/f_grad(/f_named(/' main.c
    check "cmake_$2_configures" cmake -G "$1" -B out -DCMAKE_PREFIX_PATH="$prefix" -Werror=dev .
    rebuilds "cmake_$2" "cmake --build out" out/main out/adgen/main/f_grad.c
    cd "$DIR" || exit 1
}
if command -v cmake >/dev/null 2>&1; then
    cmake_project "Unix Makefiles" makefiles
    command -v ninja >/dev/null 2>&1 && cmake_project Ninja ninja
fi

if command -v meson >/dev/null 2>&1 && command -v ninja >/dev/null 2>&1; then
    project meson
    cd meson || exit 1
    cat >meson.build <<'M'
project('try', 'c')
adgen = find_program('adgen')
flags = ['-DLIMIT=9', '-I' + meson.current_source_dir() / 'inc']
grad = custom_target('f_grad', input: 'f.c', output: ['f_grad.c', 'f_grad.h'], depfile: 'f_grad.d',
  command: [adgen, '@INPUT@', '-o', '@OUTPUT0@', '--header=@OUTPUT1@', '-MD', '-MF', '@DEPFILE@', flags])
executable('main', 'main.c', 'f.c', grad, c_args: flags,
  dependencies: [dependency('adgen'), meson.get_compiler('c').find_library('m')])
M
    check meson_configures meson setup out
    rebuilds meson "ninja -C out" out/main out/f_grad.c
    cd "$DIR" || exit 1
fi

# What is missing at run time is said in one line.
echo '#include <stddef.h>
double f(double x) { return x; }' >needs.c
adgen needs.c --grad f -o needs_grad.c -- -nobuiltininc >message 2>&1
check no_resource_headers sh -c "cat message; grep -q 'install libclang-common-19-dev' message && test \$(wc -l <message) -eq 1"
gcc -D_GNU_SOURCE -DLIBCLANG_NAME='"libclang-none.so.1"' -DLIBCLANG_FILE='"/nowhere"' -o adgen "$ROOT/frontend/launcher.c" -ldl
./adgen needs.c --grad f -o needs_grad.c >message 2>&1
check no_libclang sh -c "cat message; grep -q 'libclang-none.so.1 is not there: install libclang1-19' message && test \$(wc -l <message) -eq 1"
exit 0
