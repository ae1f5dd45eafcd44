/* pool.c: --tape-storage=arg of a function that has been made for the heap: what it allocates once is taken from the caller's memory instead.
 *
 *   double *kept = ad_tape_alloc(2 * n, sizeof(double));   ->   double *kept = ad_workspace_take(&space, 2 * n, sizeof(double));
 *   free(kept);
 *
 * So it keeps what it would on the heap: rows and copies of arrays, too, which storage_place.c does without, as it places while storage is
 * decided. Precondition: all that is kept is allocated outside loops and freed, its size depends on the integer parameters alone, and there
 * are no stacks or logs. Otherwise the function is made anew, by storage_place.c. Shadows that are freed may lie there, too. */
#include "derivative.h"

#include <string.h>

typedef struct {
    Fn *fn;
    Ptrs allocs, frees;
    bool grows;   /* a stack, a log, rooms */
    bool escapes; /* an address that is stored or returned: who frees what it leads to is not plain */
} Pool;

static void collect(Op *op, void *ctx)
{
    Pool *p = ctx;
    if (op->code == OP_ALLOC && op->tape)
        ptrs_push(&p->allocs, op);
    if (op->code == OP_FREE)
        ptrs_push(&p->frees, op);
    p->grows |= op->code == OP_PUSH || op->code == OP_POP || (op->code == OP_LOCAL && op->of->kind == TY_OPAQUE && !strncmp(op->of->name, "ad_", 3));
    p->escapes |= (op->code == OP_STORE && op->args[1]->type->kind == TY_PTR) || (op->code == OP_CALL && op->callee && op->callee->instance);
}

static bool is_freed(const Pool *p, const Op *alloc)
{
    for (size_t i = 0; i < p->frees.n; i++)
        if (((const Op *)p->frees.at[i])->args[0] == alloc->results[0])
            return true;
    return false;
}

static void take_from_space(const Pool *p, Workspace *w, Op *alloc)
{
    Builder b = before_op(alloc);
    b.loc = alloc->loc;
    Value *memory = workspace_take(w, alloc);
    if (alloc->zeroed) {
        Value *bytes = build_cast(&b, alloc->args[0], type_scalar(TY_ULONG));
        if (alloc->nargs > 1)
            bytes = build_bin(&b, OP_MUL, bytes, build_cast(&b, alloc->args[1], type_scalar(TY_ULONG)));
        Value *args[2] = {build_ptrcast(&b, memory, type_ptr(type_scalar(TY_UCHAR))), bytes};
        op_build(&b, OP_ZERO, args, 2, 0);
    }
    for (size_t i = 0; i < p->frees.n; i++) {
        Op *op = p->frees.at[i];
        if (op->parent && op->args[0] == alloc->results[0]) {
            op_remove(op);
            op->parent = NULL;
        }
    }
    replace_uses(p->fn, alloc->results[0], memory);
    op_remove(alloc);
}

bool pool_tapes(Fn *fn)
{
    Pool p = {fn, {.arena = fn->arena}, {.arena = fn->arena}, false, fn->ret->kind == TY_PTR};
    walk_ops(fn->body, collect, &p);
    if (p.grows || p.escapes || fn->helpers.n || fn->tape)
        return false;
    Workspace *w = workspace_begin(fn);
    Ptrs fit = {.arena = fn->arena};
    for (size_t i = 0; i < p.allocs.n; i++) {
        Op *alloc = p.allocs.at[i];
        /* a shadow in a branch may have a size that makes no sense elsewhere */
        bool always = alloc->zeroed ? alloc->parent == fn->body : loop_depth(alloc) == 0;
        if (always && is_freed(&p, alloc) && workspace_knows(w, alloc))
            ptrs_push(&fit, alloc);
        else if (!alloc->zeroed)
            return false;
    }
    for (size_t i = 0; i < fit.n; i++)
        take_from_space(&p, w, fit.at[i]);
    if (fit.n == 0)
        workspace_leave(w);
    workspace_end(w);
    verify_fn(fn, "pool");
    return true;
}
