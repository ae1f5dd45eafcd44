/* launcher.c: the program `adgen` itself, which needs no library: it says in one line what is to be installed where libclang is missing (the
 * dynamic linker would name a file), and becomes adgen.bin beside it or in ../lib/adgen. */
#include <dlfcn.h>
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* From the build: the library that adgen.bin was linked with, and the file that was found for it. */
#ifndef LIBCLANG_NAME
#define LIBCLANG_NAME ""
#endif
#ifndef LIBCLANG_FILE
#define LIBCLANG_FILE ""
#endif

enum { STATUS_INPUT = 1, PATH = 4096 };

static int has_libclang(void)
{
    if (!*LIBCLANG_NAME || access(LIBCLANG_FILE, R_OK) == 0)
        return 1;
    return dlopen(LIBCLANG_NAME, RTLD_LAZY) != NULL;
}

int main(int argc, char **argv)
{
    static const char *const places[] = {"adgen.bin", "../lib/adgen/adgen.bin"};
    char self[PATH], program[PATH + 32];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    (void)argc;
    self[n < 0 ? 0 : n] = '\0';
    const char *dir = dirname(self);
    if (!has_libclang()) {
        fprintf(stderr, "adgen: error: %s is not there: install libclang1-19 and libclang-common-19-dev\n", LIBCLANG_NAME);
        return STATUS_INPUT;
    }
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        snprintf(program, sizeof program, "%s/%s", dir, places[i]);
        if (access(program, X_OK) == 0)
            execv(program, argv);
    }
    fprintf(stderr, "adgen: error: cannot run %s: %s\n", program, strerror(errno));
    return STATUS_INPUT;
}
