#!/bin/sh
# .ci/deps on a machine that has nothing, and on one that has no way to get it; .ci/run without standard input. PASS and FAIL lines.
DIR=${DIR:-$(mktemp -d)}
mkdir -p "$DIR/tree" "$DIR/bin"
cp -R .ci package.json package-lock.json "$DIR/tree/"
cd "$DIR" || exit 1
check() { # check NAME COMMAND...: output in the file log
    name=$1
    shift
    if "$@" >log 2>&1; then echo "PASS ci/$name"; else echo "FAIL ci/$name"; cat log said 2>/dev/null; fi
}
# A machine with a shell and the essential programs only; apt-get and npm tell what they were asked for.
for c in sh dirname find head grep tee tail mktemp rm cat; do ln -sf "$(command -v $c)" "bin/$c"; done
printf '#!/bin/sh\necho "$0 $*" >>"%s/asked"\n' "$DIR" >bin/apt-get
printf '#!/bin/sh\necho 0\n' >bin/id
chmod +x bin/apt-get bin/id
cp bin/apt-get bin/npm
PATH=$DIR/bin LLVM=$DIR/nowhere "$DIR/bin/sh" tree/.ci/deps >said 2>&1 </dev/null
check bare_machine grep -q 'apt-get.* install -y --no-install-recommends .*make.* gcc.* clang.* libclang-19-dev.* libclang-common-19-dev' asked
check update_first sh -c 'head -n 1 asked | grep -q update'
check vendored grep -q 'npm ci --ignore-scripts' asked
rm asked bin/apt-get
PATH=$DIR/bin LLVM=$DIR/nowhere "$DIR/bin/sh" tree/.ci/deps >said 2>&1 </dev/null
check no_apt test $? -eq 1
check no_apt_says grep -q 'has no apt-get' said
printf '#!/bin/sh\necho 1000\n' >bin/id
cp bin/npm bin/apt-get
PATH=$DIR/bin LLVM=$DIR/nowhere "$DIR/bin/sh" tree/.ci/deps >said 2>&1 </dev/null
check no_root test $? -eq 1
check no_root_says grep -q 'run as root: apt-get install' said
# .ci/run: the last line, the exit status, with and without input
printf '#!/bin/sh\ncat\necho "building"\necho "${RESULT-3 passed, 0 failed}"\nexit ${STATUS-0}\n' >bin/make
chmod +x bin/make
PATH=$DIR/bin tree/.ci/run >said 2>&1 <&-
check run_closed_input test $? -eq 0
check run_last_line sh -c 'test "$(tail -n 1 said)" = "3 passed, 0 failed"'
RESULT='2 passed, 1 failed' STATUS=2 PATH=$DIR/bin tree/.ci/run >said 2>&1
check run_failed test $? -ne 0
RESULT='no such rule' STATUS=2 PATH=$DIR/bin tree/.ci/run >said 2>&1
check run_broken_build sh -c 'test "$(tail -n 1 said)" = "0 passed, 1 failed"'
exit 0
