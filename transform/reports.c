/* reports.c: inactive functions of the program that only tell the outside world something.
 *
 *   static void say(const struct model *m, const char *format, ...) { ... printf("%g ", m->par[0]); vprintf(format, list); ... }
 *
 * Whatever they are given stays as it is, and they keep none of it: like printf. */
#include "analysis.h"
#include "derivative.h"

#include <string.h>

typedef struct {
    Ptrs seen; /* Fn*: those that call each other */
    bool no;
} Reports;

static void look_at(Reports *r, const Fn *f);

static bool is_among(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (!strcmp(name, *names))
            return true;
    return false;
}

static bool is_own(const Value *p)
{
    p = address_root(p);
    return p->def && p->def->code == OP_LOCAL;
}

static bool call_reports(const Op *call)
{
    static const char *const lists[] = {"ad_va_start", "ad_va_end", "ad_va_copy", "ad_va_arg", "vprintf", "vfprintf", NULL}, *const texts[] = {"vsnprintf", "vsprintf", NULL};
    const char *name = call->text ? call->text : call->callee->name;
    name += strncmp(name, "__builtin_", 10) ? 0 : 10;
    if (is_among(name, lists))
        return true;
    if (is_among(name, texts))
        return is_own(call->args[0]);
    const KnownCall *known = known_call(call);
    for (int k = 0; known && k < call->nargs; k++)
        if (call->args[k]->type->kind == TY_PTR && call_writes_arg(call, known, k) && !is_own(call->args[k]))
            return false;
    return known != NULL;
}

static void look_at_op(Op *op, void *ctx)
{
    Reports *r = ctx;
    bool writes = op->code == OP_STORE || op->code == OP_ACCUM || op->code == OP_ZERO || op->code == OP_COPY || op->code == OP_FREE;
    if (op->code == OP_CALLPTR || op->code == OP_REALLOC || (writes && !is_own(op->args[0])))
        r->no = true;
    else if (op->code == OP_CALL && op->callee && op->callee->has_body)
        look_at(r, op->callee);
    else if (op->code == OP_CALL)
        r->no |= !call_reports(op);
}

/* That a list of arguments goes on to vprintf is all that lowering may not have understood. */
static void look_at(Reports *r, const Fn *f)
{
    if (r->no || ptrs_has(&r->seen, f))
        return;
    ptrs_push(&r->seen, (Fn *)(uintptr_t)f);
    const char *what = f->unsupported.what;

    r->no = !f->body || f->ret->kind == TY_PTR || (what && strncmp(what, "a value of type 'va_list'", 25) && !strstr(what, "takes a variable number"));
    if (!r->no)
        walk_ops(f->body, look_at_op, r);
}

const KnownCall *reporting_call(const Op *call)
{
    static const KnownCall reports = {"", 0, RETURNS_NOTHING, ONCE};
    Fn *f = call->code == OP_CALL ? call->callee : NULL;
    if (!f || !f->has_body || !f->is_inactive)
        return NULL;
    for (int i = 0; i < call->nargs && f->is_variadic; i++) {
        const Value *v = call->args[i];
        while (v->def && (v->def->code == OP_DECAY || v->def->code == OP_PTRCAST))
            v = v->def->args[0];
        if (v->def && v->def->code == OP_STRING && format_has_n(v->def->text))
            return NULL;
    }
    if (!f->reports) {
        Reports r = {.seen = {.arena = f->arena}};
        look_at(&r, f);
        f->reports = r.no ? -1 : 1;
    }
    return f->reports > 0 ? &reports : NULL;
}
