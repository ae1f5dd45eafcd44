# adgen: `make help` lists the targets.

VERSION := 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
LLVM    ?= /usr/lib/llvm-19
ifeq ($(origin CC),default)
CC := gcc
endif
export LLVM

# All processors, unless -j says how many.
ifeq ($(MAKELEVEL)$(findstring j,$(firstword -$(filter-out --%,$(MAKEFLAGS)))),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 1)
endif

# tree-sitter's core and C grammar come as C sources from npm and are compiled in.
TS      := node_modules/tree-sitter/vendor/tree-sitter
TSC     := node_modules/tree-sitter-c

# WERROR=1 makes warnings errors.
CFLAGS   ?= -O2
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion $(if $(WERROR),-Werror)
OWN      := -std=c11 -D_GNU_SOURCE -DADGEN_VERSION='"$(VERSION)"' $(WARNINGS) -I. -Iruntime \
            -isystem $(LLVM)/include -isystem $(TS)/lib/include -isystem $(TSC)/bindings/c

VENDOR  := $(BUILD)/vendor/core.o $(BUILD)/vendor/grammar.o

FRONT   := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard frontend/*.c)))
TRANS   := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard transform/*.c)))
RUN     := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard runtime/*.c)))
# Everything but main.c, for the unit tests to link with.
CORE    := $(BUILD)/libadgen_core.a
UNIT    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/*_test.c)))
OWNSRC  := $(sort $(wildcard frontend/*.c transform/*.c runtime/*.c))
LIBS    := -L$(LLVM)/lib -lclang-19 -lpthread -lm

.PHONY: all objects help deps demo test asan lint fuzz prop mutate bench bench-compiler bench-accuracy format bless readme install clean unit
.DELETE_ON_ERROR:

all: $(BUILD)/adgen $(BUILD)/libadgen_rt.a  ## build adgen and its runtime library (the default)

help:  ## list the targets
	@sed -n 's/^\([a-z_.]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{printf "%-24s%s\n", $$1, $$2}'
	@echo "variables: CC, CFLAGS, BUILD, WERROR=1, LLVM, PREFIX, DESTDIR"

deps:  ## install the packages that are missing (Debian; quick when there is nothing to do)
	@.ci/deps --build

# ---------------------------------------------------------------- building

$(BUILD)/adgen.bin: $(BUILD)/frontend/main.o $(CORE)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# What adgen.bin needs is looked for before it is run.
$(BUILD)/adgen: frontend/launcher.c $(BUILD)/adgen.bin
	set -- $$(ldd $(BUILD)/adgen.bin 2>/dev/null | awk '/libclang-[0-9]/ { print $$1, $$3 }'); \
	    $(CC) $(OWN) $(CFLAGS) $(LDFLAGS) -DLIBCLANG_NAME="\"$$1\"" -DLIBCLANG_FILE="\"$$2\"" -o $@ $< -ldl

$(CORE): $(filter-out $(BUILD)/frontend/main.o $(BUILD)/frontend/launcher.o,$(FRONT)) $(TRANS) $(VENDOR) $(BUILD)/runtime_text.o $(BUILD)/report_text.o $(BUILD)/library_text.o
	rm -f $@
	ar rcs $@ $^

$(BUILD)/libadgen_rt.a: $(RUN)
	rm -f $@
	ar rcs $@ $^

$(FRONT) $(TRANS) $(RUN): $(BUILD)/%.o: %.c | deps
	@mkdir -p $(@D)
	$(CC) $(OWN) $(CFLAGS) -MMD -MP -c -o $@ $<

# For --standalone: the runtime's sources as C strings. Its macros are expanded, those of the C library are not: it sees empty headers.
RTTEXT := $(filter-out runtime/check.c runtime/check_%.c runtime/gradcheck.c runtime/graph.c,$(sort $(wildcard runtime/*.c)))
$(BUILD)/runtime_text.c: $(RTTEXT) $(wildcard runtime/*.h) Makefile
	@mkdir -p $(BUILD)/no_headers
	@for h in $$(sed -n 's/^#include <\(.*\)>.*/\1/p' $(RTTEXT) runtime/*.h | sort -u); do : > $(BUILD)/no_headers/$$h; done
	printf '#include "%s"\n' $(RTTEXT) | $(CC) -std=c99 -U__GNUC__ -E -P -C -nostdinc -I$(BUILD)/no_headers -I. -x c -o $(BUILD)/runtime_text.i -
	{ echo 'extern const char *const runtime_text[];'; echo 'const char *const runtime_text[] = {'; \
	    sed 's/\\/&&/g; s/"/\\"/g; s/.*/    "&\\n",/' $(BUILD)/runtime_text.i; echo '    0,'; echo '};'; } > $@

# For --report: the page as C strings.
$(BUILD)/report_text.c: transform/report.html Makefile
	@mkdir -p $(BUILD)
	{ echo 'extern const char *const report_text[];'; echo 'const char *const report_text[] = {'; \
	    sed 's/\\/&&/g; s/"/\\"/g; s/.*/    "&\\n",/' $<; echo '    0,'; echo '};'; } > $@

# The rules for library functions, as C strings.
$(BUILD)/library_text.c: $(wildcard transform/library/*.h) Makefile
	@mkdir -p $(BUILD)
	$(CC) -std=c99 -E -P -nostdinc -Itransform/library -x c -o $(BUILD)/library_text.i transform/library/rules.h
	{ echo 'extern const char *const library_text[];'; echo 'const char *const library_text[] = {'; \
	    sed 's/\\/&&/g; s/"/\\"/g; s/.*/    "&\\n",/' $(BUILD)/library_text.i; echo '    0,'; echo '};'; } > $@

$(BUILD)/runtime_text.o $(BUILD)/report_text.o $(BUILD)/library_text.o: %.o: %.c
	$(CC) -std=c11 $(CFLAGS) -c -o $@ $<

# The vendored parser: its own dialect, and its warnings are not ours.
$(BUILD)/vendor/core.o $(BUILD)/vendor/grammar.o: package-lock.json | deps
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_DEFAULT_SOURCE -w $(CFLAGS) -I$(TS)/lib/include -I$(TS)/lib/src -I$(TSC)/src -c -o $@ \
	    $(if $(findstring core,$@),$(TS)/lib/src/lib.c,$(TSC)/src/parser.c)

$(UNIT): $(BUILD)/tests/%: tests/%.c $(CORE) $(BUILD)/libadgen_rt.a | deps
	@mkdir -p $(@D)
	$(CC) $(OWN) -Wno-pedantic $(CFLAGS) -MMD -MP -MF $@.d -o $@ $< $(CORE) $(BUILD)/libadgen_rt.a -lcriterion $(LIBS)

objects: $(FRONT) $(TRANS) $(RUN) $(VENDOR)  ## compile everything without linking

unit: $(UNIT)  ## build the unit test programs

-include $(wildcard $(BUILD)/*/*.d)

# ---------------------------------------------------------------- trying and testing

demo: all  ## a sample from source to trained model: gradient, check, learning curve
	@BUILD=$(BUILD) CC='$(CC)' sh samples/demo.sh

test: all unit prop  ## everything: unit, numeric, reject, golden, round trip, command line
	@BUILD=$(BUILD) CC='$(CC)' sh tests/run

asan:  ## the whole suite with adgen and all that it makes under the sanitizers
	@$(MAKE) --no-print-directory test BUILD=build/asan CFLAGS='-O1 -g' \
	    CC='$(CC) -fsanitize=address,undefined -fno-sanitize-recover=undefined'

fuzz: all prop  ## damaged sources (adgen must answer, never crash: N of them) and 10 N random programs (SEED: the first)
	@BUILD=$(BUILD) sh tests/fuzz.sh $(or $(N),200) $(or $(SEED),1)
	@BUILD=$(BUILD) sh tests/prop/run $(or $(SEED),1001) $$((10 * $(or $(N),200)))

mutate: all  ## does the suite notice when a derivative lacks a statement? (N statements or N=all, SEED)
	@BUILD=$(BUILD) sh tests/mutate.sh $(or $(N),60) $(or $(SEED),1)

PROP := $(BUILD)/prop/rt.a
$(PROP): $(wildcard tests/prop/*.[ch]) $(wildcard runtime/*.[ch]) tests/prop/run
	@BUILD=$(BUILD) sh tests/prop/run --tools

prop: $(PROP)  ## build the generator of random programs

bench: all  ## gradients beside hand-written ones and ADOL-C's: time, heap, calls of libm (ROWS: which; README=1: into README.md)
	@BUILD=$(BUILD) sh tests/bench/run $(if $(README),--readme) $(ROWS)

bench-compiler: all  ## adgen's own time and memory on large generated functions, and how they grow
	@BUILD=$(BUILD) sh tests/bench-compiler/run

# Needs MPFR (Debian: libmpfr-dev), which adgen itself does not.
$(BUILD)/tests/accuracy: $(wildcard tests/accuracy/*.[ch]) tests/op_bench.h tests/eval.h $(CORE) $(BUILD)/libadgen_rt.a | deps
	@mkdir -p $(@D)
	$(CC) $(OWN) -Wno-pedantic $(CFLAGS) -Itests/accuracy -o $@ $(filter %.c,$^) $(CORE) $(BUILD)/libadgen_rt.a -lmpfr -lgmp $(LIBS)

bench-accuracy: $(BUILD)/tests/accuracy  ## errors of every math function's partials against MPFR, in ulp (N=points)
	@$< $(or $(N),3000)

bless: all  ## rewrite the golden files from what adgen makes now
	@BUILD=$(BUILD) CC='$(CC)' sh tests/run --bless

readme:  ## rewrite README.md's tables of constructs and files from the tree
	@sh tests/readme_tables README.md > README.md.new && mv README.md.new README.md

lint: deps  ## file and function sizes, warnings of gcc and clang
	@sh tests/lint.sh $(OWNSRC) -- $(filter-out -W%,$(OWN))

format:  ## clang-format the C sources in place
	clang-format -i $(wildcard frontend/*.[ch] transform/*.c transform/transform.h runtime/*.[ch] tests/*.c)

compile_commands.json: Makefile $(OWNSRC)  ## the compilation database for editors
	@printf '%s\n' $(OWNSRC) | awk -v dir='$(CURDIR)' -v cc="$$(printf '%s' "$(subst ",\",$(CC) $(OWN) $(CFLAGS))" | sed 's/["\\]/\\\\&/g')" \
	    'BEGIN { sep = "[" } { printf "%s\n{\"directory\": \"%s\", \"file\": \"%s\", \"command\": \"%s -c %s\"}", sep, dir, $$0, cc, $$0; sep = "," } \
	     END { print "\n]" }' > $@

# ---------------------------------------------------------------- installing

SHARED := $(BUILD)/adgen.1 $(BUILD)/adgen.bash $(BUILD)/adgen.pc $(BUILD)/adgen-config.cmake $(BUILD)/adgen-config-version.cmake
INST = install -D -m 644
DEST = $(DESTDIR)$(PREFIX)

install: all $(SHARED)  ## install under PREFIX (staged below DESTDIR)
	install -D -m 755 $(BUILD)/adgen '$(DEST)/bin/adgen'
	install -D -m 755 $(BUILD)/adgen.bin '$(DEST)/lib/adgen/adgen.bin'
	$(INST) -t '$(DEST)/include' $(wildcard runtime/adgen*.h)
	$(INST) -t '$(DEST)/lib' $(BUILD)/libadgen_rt.a
	$(INST) -t '$(DEST)/lib/pkgconfig' $(BUILD)/adgen.pc
	$(INST) -t '$(DEST)/lib/cmake/adgen' $(BUILD)/adgen-config.cmake $(BUILD)/adgen-config-version.cmake
	$(INST) -t '$(DEST)/share/man/man1' $(BUILD)/adgen.1
	$(INST) $(BUILD)/adgen.bash '$(DEST)/share/bash-completion/completions/adgen'

# The manual page's options and the completion are made from the program's own table.
$(BUILD)/adgen.1: frontend/adgen.1.in $(BUILD)/adgen
	$(BUILD)/adgen --help=man > $@.options
	sed -e 's/@VERSION@/$(VERSION)/' -e '/^@OPTIONS@$$/{r $@.options' -e 'd;}' $< > $@
	rm -f $@.options

$(BUILD)/adgen.bash: $(BUILD)/adgen
	$(BUILD)/adgen --help=bash > $@

$(BUILD)/%.cmake: frontend/install/%.cmake.in Makefile
	sed 's/@VERSION@/$(VERSION)/' $< > $@

# Relative to where it is, so that a staged or moved tree works.
$(BUILD)/adgen.pc: Makefile
	@mkdir -p $(@D)
	printf '%s\n' 'prefix=$${pcfiledir}/../..' 'includedir=$${prefix}/include' 'libdir=$${prefix}/lib' 'adgen=$${prefix}/bin/adgen' '' \
	    'Name: adgen' 'Description: runtime of derivatives generated by adgen' 'Version: $(VERSION)' \
	    'Cflags: -I$${includedir}' 'Libs: -L$${libdir} -ladgen_rt -lm' > $@

clean:  ## remove what was built
	rm -rf build compile_commands.json
