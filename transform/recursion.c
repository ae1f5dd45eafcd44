/* recursion.c: derivatives of calls of functions that call themselves (recursion.h).
 *
 *     y = f(x, n)     grad:  y = f_fwd(x, n, tape)  ...  double d_x = 0; f_rev(n, &d_x, d_y, tape); dx += d_x
 *                     jvp:   y = f_tan(x, n, dx, &d_y)
 *
 * Which parameters the two halves need is known only when their bodies are there, and those call the halves: instances are made again with
 * what was found missing until nothing is. */
#include "recursion.h"

#include <string.h>

/* ---------------------------------------------------------------------- which functions */

typedef struct {
    const Fn *target;
    Ptrs seen;
    bool found;
} Reach;

static void reach_op(Op *op, void *ctx)
{
    Reach *r = ctx;
    Fn *f = op->code == OP_CALL ? op->callee : NULL;
    if (!f || r->found)
        return;
    r->found = f == r->target;
    if (r->found || !f->has_body || f->is_inactive || f->custom_vjp || f->custom_jvp || ptrs_has(&r->seen, f))
        return;
    ptrs_push(&r->seen, f);
    walk_ops(f->body, reach_op, r);
}

bool calls_itself(const Fn *fn)
{
    Arena *a = arena_new();
    Reach r = {fn, {.arena = a}, false};
    if (fn->has_body)
        walk_ops(fn->body, reach_op, &r);
    arena_free(a);
    return r.found;
}

/* ---------------------------------------------------------------------- prepared functions */

/* Records are passed and returned through pointers, which lead to memory that only the callee sees. */
static void pass_by_pointer(Fn *fn)
{
    Var **params = arena_alloc(fn->arena, sizeof *params * (size_t)(fn->nparams + 1));
    for (int i = 0; i < fn->nparams; i++) {
        params[i] = fn->params[i];
        if (params[i]->type->kind != TY_RECORD)
            continue;
        params[i] = arena_alloc(fn->arena, sizeof **params);
        *params[i] = *fn->params[i];
        params[i]->type = fn->body->args[i]->type;
        params[i]->is_restrict = true;
        fn->body->args[i]->var = params[i];
    }
    if (fn->sret) {
        Value *result = fn->body->args[fn->nparams];
        Var *var = var_named(fn, result->type, "", NULL, "result");
        var->spelled = fn->ret_spelled;
        var->is_param = var->is_restrict = true;
        params[fn->nparams++] = var;
        result->var = var;
        fn->sret = false;
        fn->ret = type_void();
        fn->ret_spelled = NULL;
    }
    fn->params = params;
}

/* What is noted of each parameter. */
static void make_notes(Program *p, struct Recursion *r)
{
    r->writes = arena_alloc(p->arena, (size_t)r->fn->nparams + 1);
    r->classes = arena_alloc(p->arena, sizeof *r->classes * ((size_t)r->fn->nparams + 1));
    r->deep = arena_alloc(p->arena, (size_t)r->fn->nparams + 1);
    r->returns = arena_alloc(p->arena, (size_t)r->fn->nparams + 1);
    r->stores = arena_alloc(p->arena, (size_t)r->fn->nparams + 1);
    r->reads_deep = arena_alloc(p->arena, (size_t)r->fn->nparams + 1);
    r->new_holds = arena_alloc(p->arena, (size_t)r->fn->nparams + 1);
    r->frees_at = arena_alloc(p->arena, (size_t)r->fn->nparams + 1);
    r->frees_deep = arena_alloc(p->arena, (size_t)r->fn->nparams + 1);
}

static struct Recursion *recursion_of(Program *p, Fn *source, Mode mode)
{
    bool jvp = mode == MODE_JVP;
    for (size_t i = 0; i < p->recursions.n; i++) {
        struct Recursion *r = p->recursions.at[i];
        if (r->source == source && r->jvp == jvp)
            return r;
    }
    struct Recursion *r = arena_alloc(p->arena, sizeof *r);
    r->source = source;
    r->jvp = jvp;
    r->fn = clone_fn(source, source->name);
    r->fn->recursion = r;
    r->names.arena = r->written.arena = r->lifted.arena = p->arena;
    r->fn->is_static = true;
    r->fn->is_inline = r->fn->noalias = false;
    pass_by_pointer(r->fn);
    make_notes(p, r);
    ptrs_push(&p->recursions, r);
    return r;
}

/* The function that a call of source is to be a call of. It gets its body later (recursion_prepare). */
void recursion_call(Op *call, Mode mode)
{
    struct Recursion *r = recursion_of(call->callee->program, call->callee, mode);
    call->callee = r->fn;
    if (r->source->sret)
        call->of = type_void();
}

bool recursion_prepare(Program *p, bool (*prepare)(Fn *fn, Mode mode))
{
    size_t first = p->recursions.n;
    for (size_t i = 0; i < p->recursions.n; i++) { /* more are found on the way */
        struct Recursion *r = p->recursions.at[i];
        if (r->prepared)
            continue;
        first = i < first ? i : first;
        r->prepared = true;
        if (!prepare(r->fn, r->jvp ? MODE_JVP : MODE_VJP))
            return false;
    }
    recursion_lift_globals(p, first);
    for (size_t i = first; i < p->recursions.n; i++)
        make_notes(p, p->recursions.at[i]);
    if (first < p->recursions.n)
        recursion_summaries(&p->recursions);
    return true;
}

static void call_source(Op *op, void *ctx)
{
    (void)ctx;
    struct Recursion *r = op->code == OP_CALL && op->callee ? op->callee->recursion : NULL;
    if (!r)
        return;
    op->callee = r->source;
    op->nargs = r->source->nparams + r->source->sret; /* without what became parameters (recursion_globals.c) */
    if (r->source->sret)
        op->of = r->source->ret;
}

void recursion_leave(Fn *fn)
{
    walk_ops(fn->body, call_source, NULL);
}

/* ---------------------------------------------------------------------- what a call is to its caller */

static struct Recursion *callee_of(const Op *call)
{
    return call->code == OP_CALL && call->callee ? call->callee->recursion : NULL;
}

bool recursion_is_active(const Shadow *s, const Op *call)
{
    if (!callee_of(call))
        return false;
    if (call->nresults && shadow_is_active(s, call->results[0]))
        return true;
    if (call->nresults && call->results[0]->type->kind == TY_PTR && shadow_has(s, call->results[0]))
        return true;
    IntSet written = recursion_written(s->mem, call);
    for (int i = 0; i < written.n; i++)
        if (s->shadowed[written.at[i]])
            return true;
    return false;
}

/* All that an argument leads to has a shadow, or nothing: the callee follows both. */
bool recursion_close_over(Shadow *s, const Op *call)
{
    bool changed = false;
    for (int k = 0; k < call->nargs; k++) {
        bool any = false;
        IntSet all = call->args[k]->type->kind == TY_PTR ? mem_reachable(s->mem, call->args[k]) : (IntSet){0};
        for (int i = 0; i < all.n; i++)
            any |= s->shadowed[all.at[i]];
        for (int i = 0; i < all.n && any; i++)
            if (!s->shadowed[all.at[i]] && all.at[i] != UNKNOWN_OBJECT && !recursion_is_fixed(s->mem, all.at[i]))
                changed = s->shadowed[all.at[i]] = true;
    }
    int made = recursion_leaves(callee_of(call)) ? recursion_new_object(s->mem, call) : -1;
    if (made >= 0 && !s->shadowed[made])
        changed = s->shadowed[made] = true;
    return changed;
}

static void refuse(Shadow *s, const Op *call, const char *format, const char *what, Loc note)
{
    if (!s->failed) {
        diag_error(call->loc, format, callee_of(call)->source->name, what);
        if (note.line)
            diag_note(note, "here");
    }
    s->failed = true;
}

/* What differentiation cannot follow yet. */
static void check_call(Shadow *s, const Op *call)
{
    const struct Recursion *r = callee_of(call);
    const Op *state = recursion_state(s->mem, s->rq, call);
    if (state)
        refuse(s, call, "the recursive function '%s' uses the variable '%s', which may carry derivatives; pass it as a parameter",
               state->var->name, state->loc);
    bool followed = s->rq->sets_in_place && !r->wild && !r->returns_other;
    if ((s->rq->directions || s->rq->index_sets) && (recursion_leaves(r) || r->frees) && !followed) {
        if (!s->rq->inner || s->rq->sets_in_place) /* else sets in the bytes of numbers are tried next, or one direction */
            refuse(s, call,
                   s->rq->index_sets
                       ? "the sparse structure cannot be found: the recursive function '%s' %s memory for its caller; leave out --sparse"
                       : "several directions at once are not possible: the recursive function '%s' %s memory for its caller; leave out --directions",
                   r->frees ? "frees" : "allocates", (Loc){.file = -1});
        s->failed = true;
    }
    IntSet freed = recursion_freed(s->mem, call);
    for (int i = 0; i < freed.n; i++)
        if (mem_object_kind(s->mem, freed.at[i]) > OBJ_HEAP && (!s->fn->instance || freed.at[i] == UNKNOWN_OBJECT))
            refuse(s, call, "the recursive function '%s' frees memory that %s as well as memory that it allocated; only the latter can be followed",
                   "the function was given", r->frees->loc);
}

/* ---------------------------------------------------------------------- instances */

static unsigned char argument_kind(Shadow *s, const Op *call, int k)
{
    const struct Recursion *r = callee_of(call);
    const Value *arg = call->args[k];
    unsigned kind = ARG_PLAIN;
    if (arg->type->kind != TY_PTR)
        return shadow_is_active(s, arg) ? ARG_SHADOW : ARG_PLAIN;
    bool written = r->writes[k] || r->deep[k] || r->wild;
    if (mem_points_to(s->mem, arg)->n == 0 && type_reaches_float(arg->type->elem)) /* NULL, whose shadow is NULL */
        return ARG_SHADOW;
    if (shadow_has(s, arg)) {
        bool sums = shadow_accumulates_only(s, arg);
        kind = sums && written && s->rq->mode != MODE_JVP ? ARG_SUM : ARG_SHADOW;
        IntSet all = r->deep[k] || r->wild ? mem_reachable(s->mem, arg) : *mem_points_to(s->mem, arg);
        bool mixed = false;
        for (int i = 0; i < all.n && written; i++)
            mixed |= s->shadowed[all.at[i]] && shadow_object_sums(s, all.at[i]) != sums;
        if (mixed && s->rq->mode != MODE_JVP) {
            refuse(s, call,
                   "the recursive function '%s' may write through '%s' to an independent or to a dependent, whose d_ have "
                   "different meanings on "
                   "entry; name both on both sides of '->'",
                   call->callee->params[k]->name, (Loc){.file = -1});
        }
    }
    if (s->rq->mode != MODE_JVP && recursion_stays(s->mem, arg))
        kind |= ARG_STABLE;
    return (unsigned char)kind;
}

/* Is it made from the same, in the same way, for other arguments perhaps? */
static bool same_kind(const struct Instance *x, const struct Instance *y)
{
    return x->of == y->of && x->mode == y->mode && x->twin_result == y->twin_result && x->directions == y->directions && x->lanes == y->lanes &&
           x->inner == y->inner;
}

/* May `have` serve where `want` is asked for? Numbers may carry more than they have to. */
static bool serves(const struct Instance *have, const struct Instance *want)
{
    const Fn *fn = want->of->fn;
    if (!same_kind(have, want) || (want->active_result && !have->active_result))
        return false;
    for (int k = 0; k < fn->nparams; k++)
        if (have->args[k] != want->args[k] && (want->args[k] != ARG_PLAIN || !type_is_differentiable(fn->params[k]->type)))
            return false;
    return true;
}

/* Lets an instance whose body is still being made serve another call as well: numbers that carry derivatives for either. */
static bool widen(struct Instance *have, const struct Instance *want)
{
    const Fn *fn = want->of->fn;
    if (!same_kind(have, want) || have->settled)
        return false;
    for (int k = 0; k < fn->nparams; k++)
        if (!type_is_differentiable(fn->params[k]->type) && ((have->args[k] ^ want->args[k]) & ~(unsigned)ARG_STABLE))
            return false;
    for (int k = 0; k < fn->nparams; k++)
        have->args[k] = type_is_differentiable(fn->params[k]->type) ? have->args[k] | want->args[k] : have->args[k] & want->args[k];
    have->active_result |= want->active_result;
    have->widened = fn->program->widened = true;
    recursion_declare(have);
    return true;
}

static bool name_is_taken(const Program *p, const char *name)
{
    for (size_t i = 0; i < p->requests.n; i++) {
        const Request *rq = p->requests.at[i];
        if (!strcmp(name, request_result_name(rq, p->arena)) || (rq->split && !strcmp(name, request_forward_name(rq, p->arena))))
            return true;
    }
    for (size_t i = 0; i < p->instances.n; i++) {
        const struct Instance *inst = p->instances.at[i];
        if (!strcmp(name, inst->fwd->name) || (inst->rev && !strcmp(name, inst->rev->name)))
            return true;
    }
    return program_find_fn((Program *)(uintptr_t)p, name) || program_find_global((Program *)(uintptr_t)p, name);
}

/* f_rev, f_rev2, ... and f_rev_4 of 4 directions. */
static Fn *placeholder(Program *p, const struct Instance *inst, const char *suffix)
{
    Fn *fn = arena_alloc(p->arena, sizeof *fn);
    const char *base = inst->of->source->name, *several = "";
    if (inst->directions)
        several = inst->directions < 0 ? "_sets" : arena_printf(p->arena, "_%d", inst->directions);
    const char *name = arena_printf(p->arena, "%s_%s%s", base, suffix, several);
    for (int n = 2; name_is_taken(p, name); n++)
        name = arena_printf(p->arena, "%s_%s%d%s", base, suffix, n, several);
    *fn = (Fn){.name = name, .program = p, .ret = type_void(), .is_static = true, .arena = p->arena};
    fn->loc.file = -1;
    return fn;
}

/* Has the call a result that points to what has shadows? */
static bool returns_shadowed(const Shadow *s, const Op *call)
{
    return call->nresults && call->results[0]->type->kind == TY_PTR && shadow_has(s, call->results[0]);
}

Type *recursion_twin_type(Mode mode, Type *t)
{
    return mode == MODE_JVP ? t : type_without_const(t);
}

Value *recursion_twin(Shadow *s, Op *call)
{
    Type *t = recursion_twin_type(s->rq->mode, call->results[0]->type);
    Builder b = before_op(call), behind = after_op(call);
    Value *local = build_local(&b, t, var_of_derivative(s->fn, s->rq, t, call->results[0]->var, "result"), NULL, 0);
    local->def->zeroed = true;
    ptrmap_put(&s->result_twins, call, local);
    return build_load(&behind, local);
}

void recursion_return(Shadow *s, Builder *b)
{
    const struct Instance *inst = s->fn->instance;
    if (!inst || !inst->twin_result)
        return;
    Value *twin = shadow_twin(s, region_terminator(s->fn->body)->args[0]), *to = s->fn->body->args[inst->of->fn->nparams];
    build_store(b, to, build_ptrcast(b, twin, to->type->elem));
}

static struct Instance *instance_new(const struct Instance *want)
{
    Program *p = want->of->fn->program;
    struct Instance *inst = arena_alloc(p->arena, sizeof *inst);
    size_t n = (size_t)want->of->fn->nparams + 1;
    *inst = *want;
    inst->twin = arena_alloc(p->arena, n);
    inst->needed = arena_alloc(p->arena, n);
    inst->fwd = placeholder(p, inst, inst->mode == MODE_JVP ? "tan" : "fwd");
    inst->fwd->ret = inst->of->fn->ret;
    if (inst->mode != MODE_JVP)
        inst->rev = placeholder(p, inst, "rev");
    inst->fwd->instance = inst;
    if (inst->rev)
        inst->rev->instance = inst;
    ptrs_push(&p->instances, inst);
    recursion_declare(inst);
    return inst;
}

/* What the call asks for. */
static struct Instance wanted(Shadow *s, const Op *call)
{
    struct Recursion *r = callee_of(call);
    const Request *rq = s->rq;
    struct Instance want = {.of = r, .mode = rq->mode == MODE_JVP ? MODE_JVP : MODE_VJP};
    want.directions = rq->sets_in_place ? SETS_IN_PLACE : rq->index_sets ? DIRECTION_SETS : rq->directions;
    want.lanes = want.directions ? varying_shadows(rq) : 0;
    want.inner = want.directions && rq->inner;
    want.args = arena_alloc(r->fn->program->arena, (size_t)r->fn->nparams + 1);
    for (int k = 0; k < r->fn->nparams; k++)
        want.args[k] = argument_kind(s, call, k);
    want.active_result = call->nresults && shadow_is_active(s, call->results[0]);
    want.twin_result = returns_shadowed(s, call);
    return want;
}

struct Instance *instance_for(Shadow *s, const Op *call)
{
    Program *p = callee_of(call)->fn->program;
    check_call(s, call);
    struct Instance want = wanted(s, call);
    if (s->failed)
        return NULL;
    for (size_t i = 0; i < p->instances.n; i++)
        if (serves(p->instances.at[i], &want))
            return p->instances.at[i];
    for (size_t i = 0; i < p->instances.n; i++)
        if (widen(p->instances.at[i], &want))
            return p->instances.at[i];
    struct Instance *inst = instance_new(&want);
    if (p->settling || recursion_settle(p))
        return inst;
    s->failed = true;
    return NULL;
}

bool recursion_frees_later(const struct Instance *inst)
{
    return inst->of->frees && inst->mode != MODE_JVP;
}

/* ---------------------------------------------------------------------- calls in the caller's derivative */

/* The tape of a function that has none of its own yet. */
static Value *tape_of(Shadow *s)
{
    Fn *fn = s->fn;
    if (fn->tape)
        return fn->tape;
    Type *t = type_opaque("ad_tape");
    Builder top = before_op(fn->body->first);
    fn->tape = build_local(&top, t, var_named(fn, t, "", NULL, "tape"), NULL, 0);
    fn->tape->def->zeroed = true;
    return fn->tape;
}

static Value *zeroed_local(Shadow *s, Builder *b, Type *t, const Var *like, const char *fallback)
{
    Value *d = build_local(b, t, var_of_derivative(s->fn, s->rq, t, like, fallback), NULL, 0);
    d->def->zeroed = true;
    return d;
}

/* Where the forward function is to leave the shadow of the pointer that it returns. */
static Value *result_twin(Shadow *s, Op *call)
{
    shadow_twin(s, call->results[0]);
    return ptrmap_get(&s->result_twins, call);
}

static void call_forward(Shadow *s, Op *call, const struct Instance *inst)
{
    Value **args = arena_alloc(s->fn->arena, sizeof *args * (size_t)(2 * call->nargs + 2));
    int n = 0;
    for (int k = 0; k < call->nargs; k++)
        args[n++] = call->args[k];
    for (int k = 0; k < call->nargs; k++)
        if (inst->twin[k]) {
            Value *twin = shadow_twin(s, call->args[k]);
            Builder b = before_op(call);
            args[n++] = build_ptrcast(&b, twin, type_without_const(call->args[k]->type));
        }
    if (inst->twin_result)
        args[n++] = result_twin(s, call);
    if (recursion_frees_later(inst))
        args[n++] = s->fn->to_free;
    args[n++] = tape_of(s);
    op_set_args(call, args, n);
    call->callee = inst->fwd;
}

void recursion_reverse(Shadow *s, Builder *b, Op *call, Value *d_result, Value **d_args)
{
    struct Instance *inst = instance_for(s, call);
    if (!inst)
        return;
    if (!inst->of->reverses) { /* it frees, or moves pointers */
        for (int k = 0; k < call->nargs; k++)
            d_args[k] = NULL;
        call_forward(s, call, inst);
        return;
    }
    Value **args = arena_alloc(s->fn->arena, sizeof *args * (size_t)(2 * call->nargs + 2));
    int n = 0;
    for (int k = 0; k < call->nargs; k++)
        if (inst->needed[k])
            args[n++] = build_use(b, call->args[k]);
    for (int k = 0; k < call->nargs; k++) {
        Value *arg = call->args[k];
        d_args[k] = NULL;
        if (!(inst->args[k] & (ARG_SHADOW | ARG_SUM)))
            continue;
        if (arg->type->kind == TY_PTR)
            args[n++] = build_ptrcast(b, shadow_in_reverse(s, b, arg), type_without_const(arg->type));
        else
            args[n++] = d_args[k] = zeroed_local(s, b, arg->type, arg->var ? arg->var : call->callee->params[k], "x");
    }
    if (inst->active_result)
        args[n++] = d_result ? d_result : build_zero(b, call->results[0]->type);
    args[n++] = tape_of(s);
    Op *op = op_build(b, OP_CALL, args, n, 0);
    op->callee = inst->rev;
    op->of = type_void();
    for (int k = 0; k < call->nargs; k++)
        d_args[k] = d_args[k] ? build_load(b, d_args[k]) : NULL;
    call_forward(s, call, inst);
}

Value *recursion_forward(Shadow *s, Op *call, Value **tangents)
{
    struct Instance *inst = instance_for(s, call);
    if (!inst)
        return NULL;
    Value **args = arena_alloc(s->fn->arena, sizeof *args * (size_t)(2 * call->nargs + 2));
    int n = 0;
    Builder b = before_op(call);
    b.loc = call->loc;
    for (int k = 0; k < call->nargs; k++)
        args[n++] = call->args[k];
    if (inst->twin_result)
        args[n++] = result_twin(s, call);
    for (int k = 0; k < call->nargs; k++) {
        Value *arg = call->args[k];
        if (!(inst->args[k] & ARG_SHADOW))
            continue;
        if (arg->type->kind == TY_PTR) {
            Value *twin = shadow_twin(s, arg);
            b = before_op(call);
            args[n++] = build_ptrcast(&b, twin, arg->type);
        } else {
            args[n++] = tangents[k] ? tangents[k] : build_zero(&b, arg->type);
        }
    }
    Value *d_return = NULL;
    if (inst->active_result)
        args[n++] = d_return = zeroed_local(s, &b, call->results[0]->type, call->results[0]->var, "return");
    op_set_args(call, args, n);
    call->callee = inst->fwd;
    Builder after = after_op(call);
    after.loc = call->loc;
    return d_return ? build_load(&after, d_return) : NULL;
}

/* ---------------------------------------------------------------------- what its reverse function can read again */

/* Is the address used for nothing but to read and write there? */
static bool stays_private(const MemInfo *m, int obj)
{
    const MemObject *o = &m->objects[obj];
    return o->kind == OBJ_LOCAL || (o->kind == OBJ_GLOBAL && (o->op->code == OP_STRING || o->op->var->is_const));
}

void recursion_forget(Fn *fn)
{
    MemInfo *m = fn->mem;
    const struct Instance *inst = fn->instance;
    for (int i = 0; i < m->nobjects; i++) {
        const MemObject *o = &m->objects[i];
        bool stable = o->param && o->param->index < inst->of->fn->nparams && (inst->args[o->param->index] & ARG_STABLE);
        if (!stable && !stays_private(m, i))
            mem_changes(m, i);
    }
}
