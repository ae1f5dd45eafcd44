/* recursion_build.c: the bodies of the instances of recursive functions. */
#include "recursion.h"

#include <string.h>

/* ---------------------------------------------------------------------- parameters */

static Var **param_list(Arena *a, int n)
{
    return arena_alloc(a, sizeof(Var *) * (size_t)(n + 1));
}

/* Keeps the parameters order[0..n), in this order; the others have no use. */
static void set_params(Fn *fn, const int *order, int n)
{
    Var **params = param_list(fn->arena, n);
    Value **args = arena_alloc(fn->arena, sizeof *args * (size_t)(n + 1));
    for (int i = 0; i < n; i++) {
        params[i] = fn->params[order[i]];
        args[i] = fn->body->args[order[i]];
    }
    fn->params = params;
    fn->nparams = fn->body->nargs = n;
    fn->body->args = value_list(fn->arena, args, n);
    for (int i = 0; i < n; i++)
        fn->body->args[i]->index = i;
}

/* Like the d_ of the parameter: lanes.c asks which derivative memory it is. */
static Var *shadow_like(const struct Instance *inst, const Var *param)
{
    Var *var = arena_alloc(inst->of->fn->program->arena, sizeof *var);
    *var = *param;
    var->shadow |= inst->mode == MODE_JVP ? 2 : 1;
    return var;
}

/* Like d_result, d_return or the tape. */
static Var *other_like(const struct Instance *inst, int shadow)
{
    Var *var = arena_alloc(inst->of->fn->program->arena, sizeof *var);
    *var = (Var){.name = "", .shadow = shadow};
    return var;
}

/* d_result leads to derivatives. With arrays for several directions nothing of it changes: those that are left hold one (check_call). */
static int result_kind(const struct Instance *inst)
{
    return inst->directions == SETS_IN_PLACE ? inst->mode == MODE_JVP ? 2 : 1 : 0;
}

int recursion_result_index(const struct Instance *inst)
{
    return inst->mode == MODE_JVP ? inst->of->fn->nparams : inst->fwd->nparams - 2 - recursion_frees_later(inst);
}

/* What the placeholder's parameters are as things stand: primal ones, d_, the tape. Only their number, their order and what derivative
 * memory they are matter. */
void recursion_declare(struct Instance *inst)
{
    const Fn *p = inst->of->fn;
    Arena *a = p->program->arena;
    int n = 0;
    inst->fwd->params = param_list(a, 2 * p->nparams + 4);
    for (int k = 0; k < p->nparams; k++)
        inst->fwd->params[n++] = p->params[k];
    if (inst->twin_result && inst->mode == MODE_JVP)
        inst->fwd->params[n++] = other_like(inst, result_kind(inst));
    for (int k = 0; k < p->nparams; k++)
        if (inst->mode == MODE_JVP ? inst->args[k] & ARG_SHADOW : inst->twin[k])
            inst->fwd->params[n++] = shadow_like(inst, p->params[k]);
    if (inst->twin_result && inst->mode != MODE_JVP)
        inst->fwd->params[n++] = other_like(inst, result_kind(inst));
    if (recursion_frees_later(inst))
        inst->fwd->params[n++] = other_like(inst, 0);
    if (inst->mode != MODE_JVP || inst->active_result)
        inst->fwd->params[n++] = other_like(inst, inst->mode == MODE_JVP ? 2 : 0);
    inst->fwd->nparams = n;
    if (!inst->rev)
        return;
    n = 0;
    inst->rev->params = param_list(a, 2 * p->nparams + 3);
    for (int k = 0; k < p->nparams; k++)
        if (inst->needed[k])
            inst->rev->params[n++] = p->params[k];
    for (int k = 0; k < p->nparams; k++)
        if (inst->args[k] & (ARG_SHADOW | ARG_SUM))
            inst->rev->params[n++] = shadow_like(inst, p->params[k]);
    if (inst->active_result)
        inst->rev->params[n++] = other_like(inst, 1);
    inst->rev->params[n++] = other_like(inst, 0);
    inst->rev->nparams = n;
}

typedef struct {
    bool *used; /* by value id */
} Used;

static void note_used(Op *op, void *ctx)
{
    const Used *u = ctx;
    for (int i = 0; i < op->nargs; i++)
        u->used[op->args[i]->id] = true;
}

static bool *used_values(const Fn *fn)
{
    Used u = {arena_alloc(fn->arena, (size_t)fn->nvalues + 1)};
    walk_ops(fn->body, note_used, &u);
    return u.used;
}

static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    static const char letters[] = "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        if ((at == text || !strchr(letters, at[-1])) && (!at[n] || !strchr(letters, at[n])))
            return true;
    return false;
}

/* Is the parameter part of the declared dimensions of one that is kept? */
static bool in_dimensions(const Fn *fn, const bool *keep, const char *name)
{
    for (int i = 0; i < fn->nparams; i++)
        for (int d = 0; keep[i] && d < fn->params[i]->ndims && fn->params[i]->dims; d++)
            if (fn->params[i]->dims[d] && name && has_word(fn->params[i]->dims[d], name))
                return true;
    return false;
}

/* ---------------------------------------------------------------------- one body */

static Request *request_for(const struct Instance *inst, const Fn *g)
{
    Request *rq = arena_alloc(g->arena, sizeof *rq);
    Fn *source = inst->of->source;
    *rq = (Request){.mode = inst->mode, .fn_name = source->name, .text = source->name, .fn = source, .loc = source->loc};
    rq->indep.arena = rq->dep.arena = rq->scratch.arena = rq->global_vars.arena = g->arena;
    rq->roles = arena_alloc(g->arena, sizeof *rq->roles * (size_t)(g->nparams + 1));
    bool *sums = arena_alloc(g->arena, (size_t)g->nparams + 1);
    for (int k = 0; k < inst->of->fn->nparams; k++) {
        bool shadow = inst->args[k] & (ARG_SHADOW | ARG_SUM);
        sums[k] = inst->args[k] & ARG_SUM;
        rq->roles[k] = !shadow ? ROLE_NONE : g->body->args[k]->type->kind == TY_PTR ? ROLE_INDEP | ROLE_DEP : ROLE_INDEP;
    }
    rq->sums = sums;
    rq->return_is_dep = inst->active_result;
    rq->directions = inst->directions > 0 ? inst->directions : 0;
    rq->index_sets = inst->directions < 0;
    rq->sets_in_place = inst->directions == SETS_IN_PLACE;
    rq->lanes = inst->lanes;
    rq->inner = inst->inner;
    return rq;
}

static Fn *body_of(struct Instance *inst)
{
    Fn *g = clone_fn(inst->of->fn, inst->fwd->name);
    g->recursion = NULL;
    g->instance = inst;
    g->is_static = true;
    return g;
}

static Value *append_param(Fn *g, Type *t, const char *name)
{
    return fn_add_param(g, t, var_named(g, t, "", NULL, name));
}

static void add_result(const struct Instance *inst, Fn *g)
{
    if (inst->twin_result)
        append_param(g, type_ptr(recursion_twin_type(inst->mode, g->ret)), "d_result")->var->shadow = result_kind(inst);
}

static Fn *build_tangent(struct Instance *inst)
{
    Fn *g = body_of(inst);
    add_result(inst, g);
    Request *rq = request_for(inst, g);
    g = tangent(g, rq);
    if (g)
        finish_callee(g);
    return g && add_lanes(g, rq) ? g : NULL;
}

/* Parameters of both halves are primal..., d_result, to_free, tape, d_... (all of them); returns the reverse one. */
static Fn *build_halves(struct Instance *inst, Fn **fwd)
{
    Fn *g = body_of(inst);
    g->split = true;
    add_result(inst, g);
    if (recursion_frees_later(inst))
        g->to_free = append_param(g, type_ptr(type_opaque("ad_stack")), "to_free");
    g->tape = append_param(g, type_ptr(type_opaque("ad_tape")), "tape");
    Request *rq = request_for(inst, g);
    g = adjoint(g, rq);
    if (!g)
        return NULL;
    if (!g->program->widened)
        verify_fn(g, "adjoint");
    storage_resolve(g);
    if (!add_lanes(g, rq))
        return NULL;
    Fn *rev = split_halves(g);
    rev->name = inst->rev->name;
    finish_callee(g);
    finish_callee(rev);
    *fwd = g;
    return rev;
}

static int tape_index(const struct Instance *inst)
{
    return inst->of->fn->nparams + inst->twin_result + recursion_frees_later(inst);
}

/* Which parameter of the halves is the d_ of k; -1: none. */
static int shadow_index(const struct Instance *inst, int k)
{
    if (!(inst->args[k] & (ARG_SHADOW | ARG_SUM)))
        return -1;
    int at = tape_index(inst) + 1;
    for (int i = 0; i < k; i++)
        at += (inst->args[i] & (ARG_SHADOW | ARG_SUM)) != 0;
    return at;
}

/* Notes what the halves need; true: more than was known. */
static bool note_needs(struct Instance *inst, const Fn *fwd, const Fn *rev)
{
    int n = inst->of->fn->nparams;
    bool more = false, *in_fwd = used_values(fwd), *in_rev = used_values(rev);
    bool *keep = arena_alloc(rev->arena, (size_t)rev->nparams + 1);
    for (int i = 0; i < rev->nparams; i++)
        keep[i] = i > tape_index(inst) || in_rev[rev->body->args[i]->id];
    for (int k = 0; k < n; k++) {
        int d = shadow_index(inst, k);
        bool twin = d >= 0 && in_fwd[fwd->body->args[d]->id];
        bool needed = in_rev[rev->body->args[k]->id] || in_dimensions(rev, keep, rev->params[k]->name);
        more |= (twin && !inst->twin[k]) || (needed && !inst->needed[k]);
        inst->twin[k] |= twin;
        inst->needed[k] |= needed;
    }
    if (more)
        recursion_declare(inst);
    return more;
}

static void order_params(struct Instance *inst, Fn *fwd, Fn *rev)
{
    int np = inst->of->fn->nparams, n = 0, *order = arena_alloc(fwd->arena, sizeof *order * (size_t)(2 * np + 5));
    for (int k = 0; k < np; k++)
        order[n++] = k;
    for (int k = 0; k < np; k++)
        if (inst->twin[k])
            order[n++] = shadow_index(inst, k);
    for (int i = np; i <= tape_index(inst); i++)
        order[n++] = i; /* d_result, to_free, the tape */
    set_params(fwd, order, n);
    n = 0;
    for (int k = 0; k < np; k++)
        if (inst->needed[k])
            order[n++] = k;
    for (int i = tape_index(inst) + 1; i < rev->nparams; i++)
        order[n++] = i;
    order[n++] = tape_index(inst);
    set_params(rev, order, n);
}

/* ---------------------------------------------------------------------- all of them */

/* False: an error. *more: it has to be done again. */
static bool build(struct Instance *inst, bool *more)
{
    if (inst->mode == MODE_JVP) {
        inst->made[0] = build_tangent(inst);
        return inst->made[0] != NULL;
    }
    inst->widened = false;
    inst->made[1] = build_halves(inst, &inst->made[0]);
    if (!inst->made[1])
        return false;
    if (inst->widened) /* it called itself with more than it was made for */
        return true;
    *more |= note_needs(inst, inst->made[0], inst->made[1]);
    return true;
}

static void call_made(Op *op, void *ctx)
{
    (void)ctx;
    struct Instance *inst = op->code == OP_CALL && op->callee ? op->callee->instance : NULL;
    if (!inst || inst->settled)
        return;
    op->callee = op->callee == inst->rev ? inst->made[1] : op->callee == inst->fwd ? inst->made[0] : op->callee;
}

static void describe(struct Instance *inst)
{
    Fn *fwd = inst->made[0], *rev = inst->made[1];
    const char *name = inst->of->source->name, *several = "";
    if (inst->directions)
        several = inst->directions < 0 ? ", with sets of directions" : arena_printf(fwd->arena, ", %d directions at once", inst->directions);
    if (!rev) {
        fwd->comment = arena_printf(fwd->arena, "%s with its tangent%s.", name, several);
        return;
    }
    if (!inst->of->reverses) {
        fwd->comment = arena_printf(fwd->arena, "%s with the derivatives' memory.", name);
        return;
    }
    fwd->comment = arena_printf(fwd->arena, "Forward sweep of %s: leaves on the tape what %s takes.", name, rev->name);
    rev->comment = arena_printf(rev->arena, "Reverse sweep of %s%s.", name, several);
}

/* After an error, or where several directions were only tried. */
static void drop_unsettled(Program *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->instances.n; i++)
        if (((struct Instance *)p->instances.at[i])->settled)
            p->instances.at[n++] = p->instances.at[i];
    p->instances.n = n;
}

bool recursion_settle(Program *p)
{
    bool more = true;
    p->settling = true;
    for (int round = 0; more; round++) {
        more = p->widened = false;
        for (size_t i = 0; i < p->instances.n; i++) { /* more are found on the way */
            struct Instance *inst = p->instances.at[i];
            if (!inst->settled && !build(inst, &more)) {
                p->settling = false;
                drop_unsettled(p);
                return false;
            }
        }
        more |= p->widened;
        if (round > 1000)
            ICE("the needs of recursive functions do not settle");
    }
    for (size_t i = 0; i < p->instances.n; i++) {
        struct Instance *inst = p->instances.at[i];
        if (inst->settled)
            continue;
        if (inst->rev)
            order_params(inst, inst->made[0], inst->made[1]);
        describe(inst);
        for (int half = 0; half < 2; half++)
            if (inst->made[half])
                walk_ops(inst->made[half]->body, call_made, NULL);
    }
    for (size_t i = 0; i < p->instances.n; i++) {
        struct Instance *inst = p->instances.at[i];
        if (!inst->settled) {
            inst->fwd = inst->made[0];
            inst->rev = inst->made[1];
        }
        inst->settled = true;
    }
    p->settling = false;
    return true;
}

typedef struct {
    Ptrs *found, *seen;
} Helpers;

/* Those that are called come first. */
static void find_helper(Op *op, void *ctx)
{
    const Helpers *h = ctx;
    Fn *f = op->code == OP_CALL ? op->callee : NULL;
    if (!f || !f->instance || ptrs_has(h->seen, f))
        return;
    ptrs_push(h->seen, f);
    walk_ops(f->body, find_helper, ctx);
    ptrs_push(h->found, f);
}

/* A local array that is handed to such a function as const starts as zero: that a loop has filled it, compilers cannot see, and warn. */
static void start_handed_local(Op *op, void *ctx)
{
    (void)ctx;
    for (int i = 0; i < op->nargs && op->code == OP_CALL && op->callee && op->callee->instance; i++) {
        const Value *p = op->args[i];
        if (p->type->kind != TY_PTR || !p->type->elem_const)
            continue;
        p = address_root(p);
        if (p->def && p->def->code == OP_LOCAL)
            p->def->zeroed = true;
    }
}

void recursion_helpers(Fn *fn)
{
    Ptrs found = {.arena = fn->program->arena}, seen = found;
    Helpers h = {&found, &seen};
    walk_ops(fn->body, find_helper, &h);
    walk_ops(fn->body, start_handed_local, NULL);
    for (size_t i = 0; i < found.n; i++)
        if (!ptrs_has(&fn->helpers, found.at[i]))
            ptrs_push(&fn->helpers, found.at[i]);
}
