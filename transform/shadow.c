/* shadow.c: which objects have shadow memory, and where the shadow of an address is. */
#include "derivative.h"

/* ---------------------------------------------------------------------- which objects */

/* The role of the parameter or named global an object belongs to; *known is false for the function's own objects. */
static Role object_role(const Shadow *s, int obj, bool *known)
{
    *known = false;
    ObjKind kind = mem_object_kind(s->mem, obj);
    Value *root = kind == OBJ_PARAM || kind == OBJ_POINTEE ? mem_object_param(s->mem, obj) : NULL;
    if (root) {
        *known = true;
        int nprimal = s->sig.nshadow - 1;
        if (root->index < nprimal)
            return s->rq->roles[root->index];
        return s->rq->return_is_dep ? ROLE_DEP : ROLE_NONE; /* sret */
    }
    Op *op = mem_object_op(s->mem, mem_object_root(s->mem, obj)); /* a global, or what is behind it */
    if (op && op->code == OP_GLOBAL)
        for (size_t i = 0; i < s->rq->global_vars.n; i++)
            if (s->rq->global_vars.at[i] == op->var) {
                *known = true;
                return s->rq->global_roles[i];
            }
    return ROLE_NONE;
}

Role shadow_role(const Shadow *s, int obj)
{
    bool known;
    return object_role(s, obj, &known);
}

/* What the role means for a store. */
static unsigned role_in_store(const Shadow *s, int obj, bool *known)
{
    unsigned role = object_role(s, obj, known);
    ObjKind kind = mem_object_kind(s->mem, obj);
    Value *root = kind == OBJ_PARAM || kind == OBJ_POINTEE ? mem_object_param(s->mem, obj) : NULL;
    if (root && s->accumulators && root->index < s->rq->fn->nparams && s->accumulators[root->index])
        *known = false; /* its shadow is the function's own */
    return root && s->rq->sums && root->index < s->sig.nshadow - 1 && s->rq->sums[root->index] ? ROLE_INDEP : role;
}

static bool any_shadowed(const Shadow *s, const Value *ptr)
{
    const int *objs;
    int n = mem_objects(s->mem, ptr, &objs);
    for (int i = 0; i < n; i++)
        if (s->shadowed[objs[i]])
            return true;
    return false;
}

static bool mark_all(Shadow *s, const Value *ptr)
{
    const int *objs;
    int n = mem_objects(s->mem, ptr, &objs);
    bool changed = false;
    for (int i = 0; i < n; i++)
        if (!s->shadowed[objs[i]])
            changed = s->shadowed[objs[i]] = true;
    return changed;
}

typedef struct {
    Shadow *s;
    bool changed;
} Closure;

static bool known_value(const Shadow *s, const Value *v)
{
    return v->id < s->nvalues;
}

/* f_vjp and f_jvp take a shadow of all that f is given, also of what carries no derivative; what cannot have one: see custom.c. */
static void close_over_custom(Closure *c, const Op *call)
{
    Shadow *s = c->s;
    for (int k = 0; k < call->nargs; k++) {
        const int *objs;
        bool can = call->args[k]->type->kind == TY_PTR && (custom_has_shadow(call->callee, k) || k >= call->callee->nparams);
        int n = can ? mem_objects(s->mem, call->args[k], &objs) : 0;
        for (int i = 0; i < n; i++)
            can = can && activity_has_shadow(s->act, objs[i]);
        if (can)
            c->changed |= mark_all(s, call->args[k]);
    }
}

/* A pointer that may reach a shadowed object needs a twin, so that all it may reach needs a shadow, and so does the memory it is kept in. */
static void close_over(Op *op, void *ctx)
{
    Closure *c = ctx;
    Shadow *s = c->s;
    for (int i = 0; i < op->nresults; i++)
        if (op->results[i]->type->kind == TY_PTR && any_shadowed(s, op->results[i]))
            c->changed |= mark_all(s, op->results[i]);
    for (int r = 0; r < op->nregions; r++)
        for (int i = 0; i < op->regions[r]->nargs; i++)
            if (op->regions[r]->args[i]->type->kind == TY_PTR && any_shadowed(s, op->regions[r]->args[i]))
                c->changed |= mark_all(s, op->regions[r]->args[i]);
    if (op->code == OP_CALL && custom_is_active(s, op))
        close_over_custom(c, op);
    if (recursion_is_active(s, op))
        c->changed |= recursion_close_over(s, op);
    if (op->code == OP_LOAD && op->results[0]->type->kind == TY_PTR && any_shadowed(s, op->results[0]))
        c->changed |= mark_all(s, op->args[0]);
    if (op->code == OP_STORE && op->args[1]->type->kind == TY_PTR && any_shadowed(s, op->args[1]))
        c->changed |= mark_all(s, op->args[0]);
}

/* The caller gets the shadow of a new object beside it, whatever is in it. */
static bool is_handed_out(const Shadow *s, int obj)
{
    const Op *alloc = mem_object_op(s->mem, obj);
    if (!activity_hands_out(s->act, obj) || !alloc)
        return false;
    return alloc->code == OP_CALL || (alloc->code == OP_ALLOC && type_reaches_float(shadow_pointer_type(alloc)->elem));
}

static void decide_objects(Shadow *s)
{
    int n = mem_count(s->mem);
    s->shadowed = arena_alloc(s->fn->arena, sizeof *s->shadowed * (size_t)(n + 1));
    for (int i = 0; i < n; i++) {
        bool known;
        Role role = object_role(s, i, &known);
        s->shadowed[i] = active_object(s->act, i) || (role & (ROLE_DEP | ROLE_SCRATCH)) || is_handed_out(s, i);
    }
    Closure c = {s, true};
    while (c.changed) {
        c.changed = false;
        walk_ops(s->fn->body, close_over, &c);
    }
    absent_decide(s);
}

Shadow *shadow_new(Fn *fn, Request *rq)
{
    Shadow *s = arena_alloc(fn->arena, sizeof *s);
    s->fn = fn;
    s->rq = rq;
    s->twins.arena = fn->arena;
    s->globals.arena = s->own.arena = s->asides.arena = s->origins.arena = s->origin_maps.arena = fn->arena;
    s->origin_object = -1;
    s->in_reverse.arena = s->copied.arena = s->result_twins.arena = fn->arena;
    int errors = diag_error_count();
    s->mem = mem_analyse(fn);
    if (fn->primal_done)
        mem_read_at_end(s->mem);
    fn->mem = s->mem;
    if (fn->split)
        split_forget(fn);
    s->act = activity_analyse(fn, s->mem, rq);
    decided_activity(fn, s->act);
    s->nvalues = fn->mem_values = fn->nvalues;
    if (diag_error_count() > errors) {
        s->failed = true;
        return s;
    }
    s->sig.nshadow = fn->body->nargs - (fn->sret ? 1 : 0) + 1;
    decide_objects(s);
    s->sig = signature_add(fn, rq);
    split_own_begin(s);
    return s;
}

bool shadow_is_active(const Shadow *s, const Value *v)
{
    return known_value(s, v) && type_is_differentiable(v->type) && active_value(s->act, v);
}

bool shadow_has(const Shadow *s, const Value *ptr)
{
    return known_value(s, ptr) && any_shadowed(s, ptr);
}

/* Where the shadow of a list has been put beside it, the NULL that ends it is put there too. What the caller keeps in its shadow stays,
 * although the primal forgets its address. */
static bool ends_new_objects(const Shadow *s, const Op *store)
{
    const int *into, *value;
    int n = mem_objects(s->mem, store->args[0], &into);
    if (mem_objects(s->mem, store->args[1], &value) > 0 || !type_reaches_float(store->args[1]->type->elem))
        return false;
    for (int i = 0; i < n; i++) {
        const int *held;
        int nheld = mem_held_objects(s->mem, into[i], &held);
        for (int k = 0; k < nheld; k++)
            if (s->shadowed[held[k]] && mem_object_kind(s->mem, held[k]) == OBJ_HEAP)
                return true;
    }
    return s->rq->mode == MODE_JVP;
}

bool shadow_follows(const Shadow *s, const Op *store)
{
    return shadow_has(s, store->args[1]) || (!store->either && ends_new_objects(s, store));
}

/* May ptr point to what has the role, and none of the others? */
static bool reaches_role(const Shadow *s, const Value *ptr, unsigned role, unsigned others)
{
    const int *objs;
    int n = mem_objects(s->mem, ptr, &objs);
    for (int i = 0; i < n; i++) {
        bool known;
        unsigned r = role_in_store(s, objs[i], &known);
        if (known && (r & role) && !(r & others))
            return true;
    }
    return false;
}

bool shadow_object_sums(const Shadow *s, int obj)
{
    bool known;
    unsigned r = role_in_store(s, obj, &known);
    return known && (r & ROLE_INDEP) && !(r & (ROLE_DEP | ROLE_SCRATCH));
}

bool shadow_accumulates_only(const Shadow *s, const Value *ptr)
{
    return reaches_role(s, ptr, ROLE_INDEP, ROLE_DEP | ROLE_SCRATCH);
}

bool shadow_is_ambiguous(const Shadow *s, const Value *ptr)
{
    return shadow_accumulates_only(s, ptr) && (reaches_role(s, ptr, ROLE_DEP, 0) || reaches_role(s, ptr, ROLE_SCRATCH, 0));
}

/* ---------------------------------------------------------------------- helpers */

Value *build_use(Builder *b, Value *v)
{
    if (v->def && op_info[v->def->code].kind == KIND_CONST) {
        PtrMap none = {.arena = b->fn->arena};
        return clone_op(b, v->def, &none)->results[0];
    }
    Op *op = op_build(b, OP_USE, &v, 1, 1);
    op->results[0]->type = v->type;
    op->results[0]->var = v->var;
    return op->results[0];
}

static void count_operands(Op *op, void *ctx)
{
    int *uses = ctx;
    for (int i = 0; i < op->nargs; i++)
        uses[op->args[i]->id]++;
}

int *count_uses(Fn *fn)
{
    int *uses = arena_alloc(fn->arena, sizeof *uses * (size_t)(fn->nvalues + 1));
    walk_ops(fn->body, count_operands, uses);
    return uses;
}

typedef struct {
    Fn *fn;
    Ptrs found;
} Hoist;

static void find_fixed_local(Op *op, void *ctx)
{
    Hoist *h = ctx;
    if (op->code == OP_LOCAL && op->nargs == 0 && op->parent != h->fn->body)
        ptrs_push(&h->found, op);
}

void hoist_locals(Fn *fn)
{
    Hoist h = {fn, {.arena = fn->arena}};
    walk_ops(fn->body, find_fixed_local, &h);
    if (h.found.n == 0)
        return;
    Builder top = fn->body->first ? before_op(fn->body->first) : at_end(fn->body);
    for (size_t i = 0; i < h.found.n; i++) {
        Op *op = h.found.at[i];
        if (op->zeroed) {
            Builder b = after_op(op);
            Value *args[2] = {op->results[0], build_int(&b, type_scalar(TY_ULONG), 1)};
            op_build(&b, OP_ZERO, args, 2, 0);
            op->zeroed = false;
        }
        op->home = op->parent->owner;
        op_move(op, &top);
    }
}

Op *free_target(const Op *free_op)
{
    Value *p = free_op->args[0];
    while (p->def && p->def->code == OP_PTRCAST)
        p = p->def->args[0];
    return p->def && p->def->code == OP_ALLOC ? p->def : NULL;
}

typedef struct {
    const MemInfo *mem;
    const Op *alloc;
    bool found;
} NullTest;

static void find_null_test(Op *op, void *ctx)
{
    NullTest *t = ctx;
    for (int k = 0; !t->found && (op->code == OP_EQ || op->code == OP_NE) && k < 2; k++) {
        const int *objs;
        int n = op->args[1 - k]->def && op->args[1 - k]->def->code == OP_NULLPTR ? mem_objects(t->mem, op->args[k], &objs) : 0;
        for (int i = 0; i < n; i++)
            t->found |= mem_object_op(t->mem, objs[i]) == t->alloc;
    }
}

/* Does f go on where this allocation fails? Its shadow is then not even tried: there may be no memory for it either, and that ends the
 * program. */
static bool may_fail(const Shadow *s, const Op *alloc)
{
    NullTest t = {.mem = s->mem, .alloc = alloc};
    if (!s->fn->split || s->fn->instance)
        walk_ops(s->fn->body, find_null_test, &t);
    return t.found;
}

/* double *x = malloc(n): x rather than malloc's void pointer. */
static const Value *typed_pointer(const Op *alloc)
{
    for (const Op *op = alloc->results[0]->type->elem->kind == TY_VOID ? alloc->next : NULL; op; op = op->next)
        if (op->code == OP_PTRCAST && op->args[0] == alloc->results[0])
            return op->results[0];
    return alloc->results[0];
}

const Type *shadow_pointer_type(const Op *alloc)
{
    return typed_pointer(alloc)->type;
}

Value *shadow_alloc(Builder *b, const Op *alloc, bool use)
{
    Value *args[2];
    Type *size_type = type_scalar(TY_ULONG);
    for (int i = 0; i < alloc->nargs && i < 2; i++)
        args[i] = use ? build_use(b, alloc->args[i]) : alloc->args[i];
    if (alloc->nargs == 1)
        args[1] = build_int(b, size_type, 1);
    Op *op = op_build(b, OP_ALLOC, args, 2, 1);
    op->zeroed = true;
    op->tape = true;
    const Value *typed = typed_pointer(alloc);
    op->results[0]->type = type_without_const(typed->type);
    op->results[0]->var = var_named(b->fn, op->results[0]->type, "d_", typed->var, "heap");
    return op->results[0];
}

/* ---------------------------------------------------------------------- twins in the forward sweep */

/* A tangent's shadow is as const as its primal; an adjoint's is written to. */
static Type *twin_type(const Shadow *s, Type *t)
{
    return s->rq->mode == MODE_JVP ? t : type_without_const(t);
}

static Value *twin_as(Shadow *s, Builder *b, Value *twin, Type *primal)
{
    Type *t = twin_type(s, primal);
    return twin->type == t ? twin : build_ptrcast(b, twin, t);
}

/* The twin of an operand that a terminator or loop hands on, with the type of what it becomes. */
static Value *twin_handed_on(Shadow *s, Op *user, Value *operand, Type *primal)
{
    Value *twin = shadow_twin(s, operand);
    Builder b = before_op(user);
    return twin_as(s, &b, twin, primal);
}

static Value *refuse_twin(Shadow *s, const Value *ptr, const char *why)
{
    Loc loc = ptr->def ? ptr->def->loc : s->fn->loc;
    diag_error(loc, "cannot follow the derivative through this pointer: %s", why);
    s->failed = true;
    Builder b = before_op(s->fn->body->first);
    return build_zero(&b, ptr->type);
}

static Value *twin_of_parameter(Shadow *s, Value *p)
{
    if (s->fn->sret && p == s->fn->body->args[s->fn->body->nargs - 1] && s->sig.d_return)
        return s->sig.d_return;
    if (p->index < s->sig.nshadow && s->sig.shadow[p->index])
        return s->sig.shadow[p->index];
    bool first = s->rq->mode == MODE_GRAD && p->index < s->sig.nshadow - 1, second = p->index < s->rq->second_order;
    if ((first || second) && s->rq->roles[p->index] == ROLE_DEP) {
        /* --grad f(x -> err): the seed of *err is 1 and needs no parameter, nor does its tangent that starts as 0 */
        Builder b = before_op(s->fn->body->first);
        Value *d = build_local(&b, p->type->elem, var_of_derivative(s->fn, s->rq, p->type->elem, p->var, "out"), NULL, 0);
        build_store(&b, d, build_float(&b, p->type->elem, second ? 0 : 1.0L));
        return d;
    }
    if (shadow_is_absent(s, p)) {
        Builder b = before_op(s->fn->body->first);
        return build_zero(&b, twin_type(s, p->type));
    }
    return refuse_twin(s, p,
                       arena_printf(s->fn->arena, "it may point to '%s', which is neither independent, dependent nor scratch in '%s'",
                                    p->var && p->var->name ? p->var->name : "?", s->rq->text));
}

/* The twin of an object that ends with its block cannot serve the reverse sweep (which makes its own: in_reverse). */
static bool ends_early(const Shadow *s, const Op *op)
{
    if (s->rq->mode == MODE_JVP)
        return false;
    return op->code == OP_ALLOC ? loop_depth(op) > 0 && !op->deferred : op->parent != s->fn->body;
}

static Value *twin_of_local(Shadow *s, Op *op)
{
    if (ends_early(s, op))
        return refuse_twin(s, op->results[0], "it may point to an array of run-time size that ends with its block; declare the array at "
                                              "the top of the function");
    Builder b = after_op(op);
    Var *var = var_of_derivative(s->fn, s->rq, op->var ? op->var->type : op->of, op->var, "local");
    if (op->var) {
        var->spelled = op->var->spelled;
        var->ndims = op->var->ndims;
        var->dims = op->var->dims;
    }
    Value *d = build_local(&b, op->of, var, op->args, op->nargs);
    d->def->zeroed = true;
    d->def->home = op->home;
    return d;
}

enum { MOST_ON_STACK = 16 << 10 };

/* double (*d_a)[3] = ad_tape_calloc(40000, sizeof(double[3])), for double a[40000][3]. */
static Value *shadow_on_heap(Shadow *s, Builder *b, const Var *global)
{
    Type *elem = global->type, *size_type = type_scalar(TY_ULONG);
    int64_t n = 1;
    if (elem->kind == TY_ARRAY) {
        n = elem->count;
        elem = elem->elem;
    }
    Op *size = op_build(b, OP_SIZEOF, NULL, 0, 1);
    size->of = elem;
    size->results[0]->type = size_type;
    Value *args[2] = {build_int(b, size_type, n), size->results[0]};
    Op *alloc = op_build(b, OP_ALLOC, args, 2, 1);
    alloc->zeroed = alloc->tape = true;
    Value *d = alloc->results[0];
    d->type = type_ptr(elem);
    d->var = var_of_derivative(s->fn, s->rq, d->type, global, "global");
    ptrs_push(&s->own, d);
    return elem == global->type ? d : build_ptrcast(b, d, type_ptr(global->type));
}

/* Is it what --grad differentiates? */
static bool is_objective(const Request *rq, const Var *global)
{
    for (size_t i = 0; i < rq->global_vars.n && rq->mode == MODE_GRAD; i++)
        if (rq->global_vars.at[i] == global)
            return rq->global_roles[i] == ROLE_DEP;
    return false;
}

/* A written global's shadow is a zeroed local of the generated function, made once. */
static Value *twin_of_global(Shadow *s, Op *op)
{
    for (size_t i = 0; i < s->rq->global_vars.n; i++)
        if (s->rq->global_vars.at[i] == op->var && s->sig.global_shadow[i]) {
            Builder b = after_op(op); /* an array's parameter points to its first element */
            return build_ptrcast(&b, s->sig.global_shadow[i], twin_type(s, op->results[0]->type));
        }
    Value *made = ptrmap_get(&s->globals, op->var);
    if (made)
        return made;
    Builder b = before_op(s->fn->body->first);
    Value *d;
    if (op->var->type->size > MOST_ON_STACK) {
        d = shadow_on_heap(s, &b, op->var);
    } else {
        d = build_local(&b, op->var->type, var_of_derivative(s->fn, s->rq, op->var->type, op->var, "global"), NULL, 0);
        d->def->zeroed = true;
        if (is_objective(s->rq, op->var))
            build_store(&b, d, build_float(&b, op->var->type, 1.0L));
    }
    ptrmap_put(&s->globals, op->var, d);
    return d;
}

static Var *twin_var(Shadow *s, const Value *p)
{
    return p->var ? var_of_derivative(s->fn, s->rq, twin_type(s, p->type), p->var, "p") : NULL;
}

/* Appends an operand whose value is found later, since finding it may append others: returns its place. */
static int reserve_operand(Op *terminator, Value *placeholder)
{
    op_add_arg(terminator, placeholder);
    return terminator->nargs - 1;
}

static Value *twin_of_for_arg(Shadow *s, Op *loop, Value *p)
{
    int k = p->index - 1;
    Value *init = twin_handed_on(s, loop, loop->args[3 + k], p->type);
    Value *d = for_add_carried(loop, init, twin_var(s, p));
    ptrmap_put(&s->twins, p, d);
    Op *yield = region_terminator(loop->regions[0]);
    int at = reserve_operand(yield, d);
    Value *next = twin_handed_on(s, yield, yield->args[k], p->type); /* may add operands, which moves args */
    yield->args[at] = next;
    return d;
}

static Value *twin_of_region_arg(Shadow *s, Value *p)
{
    Op *loop = p->arg_of->owner;
    Type *t = twin_type(s, p->type);
    if (loop->code == OP_FOR)
        return twin_of_for_arg(s, loop, p);
    Region *before = loop->regions[0], *after = loop->regions[1];
    if (p->arg_of == before) {
        Value *init = twin_handed_on(s, loop, loop->args[p->index], p->type);
        op_add_arg(loop, init);
        Value *d = region_add_arg(before, t, twin_var(s, p));
        ptrmap_put(&s->twins, p, d);
        Op *yield = region_terminator(after);
        int at = reserve_operand(yield, d);
        Value *next = twin_handed_on(s, yield, yield->args[p->index], p->type); /* may add operands, which moves args */
        yield->args[at] = next;
        return d;
    }
    Value *d = region_add_arg(after, t, twin_var(s, p));
    ptrmap_put(&s->twins, p, d);
    ptrmap_put(&s->twins, loop->results[p->index], op_add_result(loop, t, twin_var(s, p)));
    Op *cond = region_terminator(before);
    int at = reserve_operand(cond, d);
    Value *next = twin_handed_on(s, cond, cond->args[1 + p->index], p->type); /* may add operands, which moves args */
    cond->args[at] = next;
    return d;
}

static Value *twin_of_result(Shadow *s, Value *p)
{
    Op *op = p->def;
    if (op->code == OP_IF) {
        Value *twin[2];
        for (int r = 0; r < 2; r++) {
            Op *yield = region_terminator(op->regions[r]);
            twin[r] = twin_handed_on(s, yield, yield->args[p->index], p->type);
        }
        for (int r = 0; r < 2; r++)
            op_add_arg(region_terminator(op->regions[r]), twin[r]);
        return op_add_result(op, twin_type(s, p->type), twin_var(s, p));
    }
    if (op->code == OP_FOR)
        return for_result_of(op, shadow_twin(s, op->regions[0]->args[p->index]));
    shadow_twin(s, op->regions[1]->args[p->index]); /* WHILE: makes the result's twin too */
    return ptrmap_get(&s->twins, p);
}

/* The same address computation on another base; types follow the base's constness. */
static Value *repeat_address(Shadow *s, Builder *b, const Op *op, Value *base, bool in_reverse)
{
    Value *i = op->nargs > 1 ? op->args[1] : NULL, *stride = op->nargs > 2 ? op->args[2] : NULL;
    if (in_reverse && i)
        i = build_use(b, i);
    if (in_reverse && stride)
        stride = build_use(b, stride);
    switch (op->code) {
    case OP_INDEX:
        return stride ? build_index_stride(b, base, i, stride) : build_index(b, base, i);
    case OP_FIELD:
        return build_field(b, base, (int)op->ival);
    case OP_DECAY: {
        Value *first = build_decay(b, base);
        first->def->ival = op->ival;
        if (op->ival && op->results[0]->var)
            first->var = var_of_derivative(s->fn, s->rq, first->type, op->results[0]->var, "p");
        return first;
    }
    default:
        if (op->tape)
            return build_pointer_variable(b, base, op->results[0]->var ? var_of_derivative(s->fn, s->rq, base->type, op->results[0]->var, "p") : NULL);
        return build_ptrcast(b, base, twin_type(s, op->results[0]->type));
    }
}

static Value *twin_of_address(Shadow *s, Op *op)
{
    Value *base = shadow_twin(s, op->args[0]);
    Builder b = after_op(op);
    if (shadow_is_absent(s, op->results[0]))
        return build_zero(&b, twin_type(s, op->results[0]->type));
    Value *d = repeat_address(s, &b, op, base, false);
    return op->code != OP_PTRCAST && shadow_may_be_absent(s, op->args[0]) ? absent_address(&b, base, d) : d;
}

static Value *twin_of_load(Shadow *s, Op *op)
{
    Builder b = after_op(op);
    if (shadow_is_absent(s, op->args[0]))
        return build_zero(&b, twin_type(s, op->results[0]->type));
    Value *address = shadow_twin(s, op->args[0]), *given = shadow_given(s, &b, op->args[0], false);
    if (given)
        return absent_load(&b, address, given);
    Value *d = build_load(&b, address);
    d->def->mirror = op;
    return d;
}

static Value *make_twin(Shadow *s, Value *p)
{
    if (!p->def)
        return p->arg_of == s->fn->body ? twin_of_parameter(s, p) : twin_of_region_arg(s, p);
    Op *op = p->def;
    switch (op->code) {
    case OP_LOCAL:
        return twin_of_local(s, op);
    case OP_GLOBAL:
        return twin_of_global(s, op);
    case OP_ALLOC: {
        if (ends_early(s, op))
            return refuse_twin(s, p, "it may point to memory that is allocated in a loop; allocate it before the loop");
        bool guarded = op->nargs > 2 || may_fail(s, op);
        Op *cast = op->next->code == OP_PTRCAST && op->next->args[0] == op->results[0] ? op->next : op;
        Builder b = after_op(guarded ? cast : op);
        Value *d = shadow_alloc(&b, op, false);
        if (guarded)
            op_add_arg(d->def, op->nargs > 2 && op->args[2]->type->kind == TY_PTR ? op->args[2] : cast->results[0]);
        return d;
    }
    case OP_INDEX:
    case OP_FIELD:
    case OP_DECAY:
    case OP_PTRCAST:
        return twin_of_address(s, op);
    case OP_LOAD:
        return twin_of_load(s, op);
    case OP_SELECT: {
        Value *t = shadow_twin(s, op->args[1]), *e = shadow_twin(s, op->args[2]);
        Builder b = after_op(op);
        return build_select(&b, op->args[0], twin_as(s, &b, t, p->type), twin_as(s, &b, e, p->type));
    }
    case OP_IF:
    case OP_FOR:
    case OP_WHILE:
        return twin_of_result(s, p);
    case OP_CALL:
        return op->callee && op->callee->recursion
                   ? recursion_twin(s, op)
                   : refuse_twin(s, p, "its origin is not known; derive it from a parameter, a local array or malloc");
    case OP_USE: {
        Value *twin = shadow_twin(s, op->args[0]);
        Builder b = after_op(op);
        return build_use(&b, twin);
    }
    case OP_NULLPTR:
    case OP_UNDEF: {
        Builder b = after_op(op);
        return build_zero(&b, twin_type(s, p->type));
    }
    default:
        return refuse_twin(s, p, "its origin is not known; derive it from a parameter, a local array or malloc");
    }
}

Value *shadow_twin(Shadow *s, Value *ptr)
{
    Value *known = ptrmap_get(&s->twins, ptr);
    if (known)
        return known;
    Value *d = make_twin(s, ptr);
    ptrmap_put(&s->twins, ptr, d);
    return d;
}

/* Where the reverse sweep is in the reversal of a forward region: b, or before the loop or if around b. A row's address is made outside the
 * loop over the row as the source makes it, and behind the same tests. */
static Builder in_reversal_of(const Region *forward, const Builder *b)
{
    Op *around = NULL;
    for (Region *r = b->region; r; around = r->owner, r = around ? around->parent : NULL)
        if (r == forward || r->mirror == forward)
            return around ? before_op(around) : *b;
    return *b;
}

Value *shadow_in_reverse(Shadow *s, Builder *b, Value *ptr)
{
    Value *made = ptrmap_get(&s->in_reverse, ptr);
    if (made)
        return made;
    Op *op = ptr->def;
    if (op && op_is_step(op->code)) {
        Builder outer = shadow_may_be_absent(s, op->args[0]) ? *b : in_reversal_of(op->parent, b); /* NULL is not moved */
        Value *base = shadow_in_reverse(s, &outer, op->args[0]), *d = repeat_address(s, &outer, op, base, true);
        if (!d->var)
            d->var = twin_var(s, ptr);
        return d;
    }
    return build_use(b, shadow_twin(s, ptr));
}

void shadow_end(Shadow *s, Builder *b)
{
    split_own_give(s, b);
    for (size_t i = 0; i < s->own.n; i++) {
        Value *p = s->own.at[i];
        op_build(b, OP_FREE, &p, 1, 0);
    }
}

void shadow_roots(const Shadow *s, PtrMap *roots)
{
    for (int i = 0; i < s->sig.nshadow - 1; i++)
        if (s->sig.shadow[i])
            ptrmap_put(roots, s->sig.shadow[i], s->fn->body->args[i]);
    for (size_t i = 0; i < s->twins.cap; i++)
        if (s->twins.slots[i].key)
            ptrmap_put(roots, s->twins.slots[i].val, (void *)(uintptr_t)s->twins.slots[i].key);
    for (size_t i = 0; i < s->in_reverse.cap; i++)
        if (s->in_reverse.slots[i].key)
            ptrmap_put(roots, s->in_reverse.slots[i].val, (void *)(uintptr_t)s->in_reverse.slots[i].key);
}
