/* library.c: the rules for derivatives of BLAS and LAPACK (transform/library/), read when the program calls something of these. */
#include "frontend.h"

#include <string.h>

extern const char *const library_text[]; /* made from transform/library/rules.h: its lines, then NULL */

typedef struct {
    bool cblas, lapacke;
} Calls;

static void find_call(Op *op, void *ctx)
{
    Calls *found = ctx;
    if (op->code != OP_CALL && op->code != OP_FNADDR)
        return;
    const char *name = op->callee ? op->callee->name : op->text;
    found->cblas |= !strncmp(name, "cblas_", 6);
    found->lapacke |= !strncmp(name, "LAPACKE_", 8);
}

void library_read(Program *p)
{
    Calls found = {0};
    for (size_t i = 0; i < p->fns.n; i++) {
        const Fn *fn = p->fns.at[i];
        if (fn->has_body && fn->body)
            walk_ops(fn->body, find_call, &found);
    }
    p->has_cblas = found.cblas;
    if (!found.cblas && !found.lapacke)
        return;
    Options opt = {.clang_args.arena = p->arena};
    Str text = {.arena = p->arena};
    for (const char *const *line = library_text; *line; line++)
        str_put(&text, *line);
    p->library = program_new();
    Unit *u = clang_parse(p->library, &opt, "/adgen-library/rules.c", text.s);
    if (!u)
        ICE("the rules for library functions cannot be read");
    lower_unit(p->library, u);
}
