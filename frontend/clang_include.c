/* clang_include.c: the files that were read, for -MD. */
#include "clang_reader.h"

#include <string.h>
#include <unistd.h>

static void visit_inclusion(CXFile file, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
    Reader *r = data;
    const char *name = take_string(r->arena, clang_getFileName(file));
    (void)stack, (void)depth;
    if (!*name || access(name, R_OK)) /* a header that is made up */
        return;
    Inclusion *in = arena_alloc(r->arena, sizeof *in);
    CXSourceLocation start = clang_getLocation(r->tu, file, 1, 1);
    *in = (Inclusion){name, clang_Location_isInSystemHeader(start) != 0};
    ptrs_push(&r->unit->inclusions, in);
}

void read_inclusions(Reader *r)
{
    clang_getInclusions(r->tu, visit_inclusion, r);
}
