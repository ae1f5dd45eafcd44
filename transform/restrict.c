/* restrict.c: parameters of the primal that a derivative only reads are `restrict` in its definition.
 *
 *   double loss_grad(const double *restrict w, const double *restrict x, int n, double *d_w)
 *
 * A store to d_w then tells a compiler nothing new about w and x: it keeps what it has read of them, and vectorises. Precondition: all that
 * the function writes is derivatives, which never overlap the primal's memory (INTERFACE.md), and memory of its own; it calls nothing but
 * library functions without callbacks, which write only what they are given. Where one array is passed for two such parameters it is written through neither,
 * which `restrict` allows. Or AD_NOALIAS says so, also of what is written. The shadows themselves may be one array; they stay as they are. The type of the function is the same.
 */
#include "derivative.h"

typedef struct {
    const Fn *fn;
    const MemInfo *mem;
    int nprimal;
    bool only_reads;
} Reads;

/* Is a write to this object none to what the caller passes for the primal? */
static bool is_elsewhere(const Reads *r, int obj)
{
    if (mem_object_own(r->mem, obj))
        return true;
    ObjKind kind = mem_object_kind(r->mem, obj);
    if (kind != OBJ_PARAM && kind != OBJ_POINTEE)
        return false;
    const Value *param = mem_object_param(r->mem, obj); /* NULL: reached from a global, as what stderr points to is */
    bool result = r->fn->sret && param && param->index == r->fn->body->nargs - 1;
    return param && (result || param->index >= r->nprimal);
}

static bool may_write_primal(const Reads *r, const Value *p)
{
    const int *objs;
    int n = mem_objects(r->mem, p, &objs);
    for (int i = 0; i < n; i++)
        if (!is_elsewhere(r, objs[i]))
            return true;
    return n == 0;
}

static void find_write(Op *op, void *ctx)
{
    Reads *r = ctx;
    OpEffect effect = op_info[op->code].effect;
    bool call = op_info[op->code].kind == KIND_CALL;
    if (effect < EFFECT_WRITES || !r->only_reads)
        return;
    if (call && (op->callee || op->code == OP_CALLPTR)) {
        r->only_reads = false;
        return;
    }
    for (int i = 0; i < (call ? op->nargs : 1) && i < op->nargs; i++) {
        const Type *t = op->args[i]->type;
        if (t->kind != TY_PTR)
            continue;
        bool callback = t->elem->kind == TY_FUNC;
        if (callback || (!(call && t->elem_const) && may_write_primal(r, op->args[i])))
            r->only_reads = false;
    }
}

/* A store to a parameter's own elements is seen without an analysis. */
static void find_plain_write(Op *op, void *ctx)
{
    Reads *r = ctx;
    if (op->code == OP_STORE) {
        const Value *root = address_base(op->args[0]);
        r->only_reads &= root->arg_of != r->fn->body || root->index >= r->nprimal;
    }
}

void restrict_primal(Fn *fn, int nprimal)
{
    Reads r = {fn, NULL, nprimal, true};
    walk_ops(fn->body, find_plain_write, &r);
    if (!r.only_reads && !fn->noalias)
        return;
    if (!fn->noalias) {
        r.mem = mem_analyse(fn);
        walk_ops(fn->body, find_write, &r);
        mem_free(r.mem);
    }
    for (int i = 0; i < nprimal && (r.only_reads || fn->noalias); i++) {
        const Type *t = fn->body->args[i]->type;
        if (t->kind != TY_PTR || t->elem->kind == TY_FUNC || t->elem_volatile || fn->params[i]->type->kind == TY_RECORD)
            continue;
        Var *v = arena_alloc(fn->arena, sizeof *v); /* the primal has the other */
        *v = *fn->params[i];
        v->only_read = true;
        fn->params[i] = fn->body->args[i]->var = v;
    }
}
