/* split.c: cuts an adjoint in two: a forward function that leaves a tape, and a reverse function that takes it.
 *
 *   { forward ops; boundary; reverse ops }   ->   f_fwd: { forward ops; push what is needed }   f_rev: { pop it; reverse ops }
 *
 * Storage has put values of branches and loops on the tape or into arrays. What is left are values and objects of the function's own
 * block: a value is pushed, or computed again from parameters; a local object that both halves use, or whose address the forward sweep
 * leaves anywhere, lives on the heap until the reverse sweep is over, so that its address stays what it was. */
#include "derivative.h"

typedef struct {
    Fn *fn; /* becomes the forward function */
    Fn *rev;
    PtrMap users;   /* Value* -> Ptrs*: the ops it is an operand of */
    PtrMap map;     /* forward Value* -> what it is in rev */
    PtrMap planned; /* forward Value* -> itself: crosses, and is in one of the lists */
    Ptrs pushed;    /* Value* */
    Ptrs again;     /* Op*: forward ops that rev repeats, operands first */
    Ptrs moved;     /* Op*: objects of the reverse sweep alone; they are in `again`, too */
    Ptrs slots;     /* Op*: scalar LOCALs whose value crosses */
    Ptrs to_free;   /* Value*: objects that rev frees */
} Cut;

/* ---------------------------------------------------------------------- before the adjoint is made */

void split_forget(Fn *fn)
{
    MemInfo *m = fn->mem;
    if (fn->instance) {
        recursion_forget(fn);
        return;
    }
    for (int i = 0; i < mem_count(m); i++) {
        const Value *param = mem_object_kind(m, i) == OBJ_PARAM ? mem_object_param(m, i) : NULL;
        if (!param)
            continue;
        bool result = fn->sret && param->index == fn->body->nargs - 1;
        bool copy = param->index < fn->nparams && fn->params[param->index]->type->kind == TY_RECORD;
        if (result || (copy && !mem_object_read_only(m, i)))
            mem_changes(m, i);
    }
}

void split_begin(Fn *fn)
{
    fn->split = true;
    Type *t = type_opaque("ad_tape");
    Builder top = fn->body->first ? before_op(fn->body->first) : at_end(fn->body);
    top.loc = fn->loc;
    Op *call = op_build(&top, OP_CALL, NULL, 0, 1);
    call->text = "ad_tape_new";
    call->of = call->results[0]->type = type_ptr(t);
    call->results[0]->var = var_named(fn, call->of, "", NULL, "tape");
    fn->tape = call->results[0];
}

/* ---------------------------------------------------------------------- local objects */

static void note_users(Op *op, void *ctx)
{
    Cut *c = ctx;
    for (int i = 0; i < op->nargs; i++) {
        Ptrs *list = ptrmap_get(&c->users, op->args[i]);
        if (!list) {
            list = arena_alloc(c->fn->arena, sizeof *list);
            list->arena = c->fn->arena;
            ptrmap_put(&c->users, op->args[i], list);
        }
        if (!ptrs_has(list, op))
            ptrs_push(list, op);
    }
}

/* Which half an op is in, on op->mark. */
enum { FORWARD, REVERSE };

static void mark_half(Region *r, int half)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        op->mark = half;
        for (int k = 0; k < op->nregions; k++)
            mark_half(op->regions[k], half);
    }
}

static void mark_halves(Fn *fn)
{
    mark_half(fn->body, FORWARD);
    const Op *yield = region_terminator(fn->body);
    for (Op *op = fn->boundary; op != yield; op = op->next) {
        op->mark = REVERSE;
        for (int k = 0; k < op->nregions; k++)
            mark_half(op->regions[k], REVERSE);
    }
}

/* What is done with a local object. */
typedef struct {
    bool used[2];  /* by half */
    bool escapes;  /* the forward half leaves its address somewhere */
    bool computed; /* the address is more than the operand of loads and stores */
} ObjectUse;

static void find_uses(const Cut *c, const Value *address, ObjectUse *use)
{
    const Ptrs *users = ptrmap_get(&c->users, address);
    for (size_t i = 0; users && i < users->n; i++) {
        const Op *op = users->at[i];
        if (op_info[op->code].kind == KIND_ADDR && op->code != OP_PTRDIFF && op->code != OP_PTRINT) {
            use->computed = true;
            find_uses(c, op->results[0], use);
            continue;
        }
        use->used[op->mark] = true;
        bool access = op->code == OP_LOAD || ((op->code == OP_STORE || op->code == OP_ACCUM) && op->args[1] != address);
        bool followed = op->code == OP_CALL && op->callee && op->callee->instance; /* it leaves no address anywhere */
        bool plain = access || followed || op->code == OP_ZERO || op->code == OP_COPY || op_is_compare(op->code);
        use->computed |= !access;
        use->escapes |= !plain && op->mark == FORWARD;
    }
}

static Value *size_of(Builder *b, Type *t)
{
    Op *size = op_build(b, OP_SIZEOF, NULL, 0, 1);
    size->of = t;
    size->results[0]->type = type_scalar(TY_ULONG);
    return size->results[0];
}

/* `double a[n]` becomes `double *a = ad_tape_alloc(n, sizeof(double))`. */
static void move_to_heap(Cut *c, Op *local)
{
    Builder b = before_op(local);
    b.loc = local->loc;
    Type *elem = local->of, *size = type_scalar(TY_ULONG);
    Value *p = local->results[0], *n = build_int(&b, size, 1);
    bool array = elem->kind == TY_ARRAY && local->nargs == 0;
    if (array) {
        n = build_int(&b, size, elem->count);
        elem = elem->elem;
    }
    for (int i = 0; i < local->nargs; i++)
        n = i ? build_bin(&b, OP_MUL, n, build_cast(&b, local->args[i], size)) : build_cast(&b, local->args[i], size);
    Value *args[2] = {n, size_of(&b, elem)};
    Op *alloc = op_build(&b, OP_ALLOC, args, 2, 1);
    alloc->tape = true;
    alloc->zeroed = local->zeroed;
    Value *q = alloc->results[0];
    q->type = type_ptr(elem);
    q->var = var_named(c->fn, q->type, "", p->var ? p->var : local->var, "local");
    Value *whole = array ? build_ptrcast(&b, q, p->type) : q;
    PtrMap map = {.arena = c->fn->arena};
    const Ptrs *users = ptrmap_get(&c->users, p);
    for (size_t i = 0; array && users && i < users->n; i++) {
        Op *user = users->at[i];
        if (user->code == OP_DECAY)
            ptrmap_put(&map, user->results[0], q);
    }
    ptrmap_put(&map, p, whole);
    replace_uses_map(c->fn, &map);
    op_remove(local);
    ptrs_push(&c->to_free, q);
}

static void place_local(Cut *c, Op *local)
{
    ObjectUse use = {{false, false}, false, false};
    find_uses(c, local->results[0], &use);
    if (!use.used[REVERSE] && !use.escapes)
        return;
    if (!use.used[FORWARD])
        ptrs_push(&c->moved, local);
    else if (local->code == OP_ALLOC)
        return;
    else if (!use.computed && type_is_scalar(local->of) && local->nargs == 0)
        ptrs_push(&c->slots, local);
    else
        move_to_heap(c, local);
}

/* Shadow memory that is made early. */
static bool is_shadow_alloc(const Op *op)
{
    return op->code == OP_ALLOC && op->tape && op->zeroed && !op->deferred;
}

/* The objects of the forward half; arrays that other blocks declare end before it does. */
static void place_locals(Cut *c)
{
    walk_ops(c->fn->body, note_users, c);
    Ptrs found = {.arena = c->fn->arena};
    for (Op *op = c->fn->body->first; op != c->fn->boundary; op = op->next)
        if (op->code == OP_LOCAL || is_shadow_alloc(op))
            ptrs_push(&found, op);
    for (size_t i = 0; i < found.n; i++)
        place_local(c, found.at[i]);
    mark_halves(c->fn);
}

/* ---------------------------------------------------------------------- values */

enum { MAX_AGAIN = 6 };

/* A shadow's address is written where its primal's is. */
static bool can_load_again(const Cut *c, const Op *op)
{
    const Op *primal = op->mirror ? op->mirror : op;
    return op->code == OP_LOAD && primal->code == OP_LOAD && primal->results[0]->id < c->fn->mem_values &&
           mem_position(c->fn->mem, primal) > 0 && !pass_options.no_reload && mem_reloadable(c->fn->mem, primal);
}

static bool is_cheap(const Cut *c, const Value *v, int *ops);

/* Can the op, with what is inside it, be repeated from what is there at the start of the reverse function? */
static bool is_cheap_op(const Cut *c, const Op *op, int *ops)
{
    OpKind kind = op_info[op->code].kind;
    if (kind == KIND_CONST || op->code == OP_GLOBAL || op->code == OP_YIELD)
        ; /* costs nothing */
    else if ((kind != KIND_ARITH && kind != KIND_ADDR && op->code != OP_IF && !can_load_again(c, op)) || ++*ops > MAX_AGAIN)
        return false;
    for (int i = 0; i < op->nargs; i++)
        if (!is_cheap(c, op->args[i], ops))
            return false;
    for (int k = 0; k < op->nregions; k++)
        for (const Op *in = op->regions[k]->first; in; in = in->next)
            if (!is_cheap_op(c, in, ops))
                return false;
    return true;
}

/* Does computing v again take few ops, from parameters and constants alone? Inside an if that is repeated, values are its own. */
static bool is_cheap(const Cut *c, const Value *v, int *ops)
{
    if (!v->def || ptrmap_get(&c->planned, v) || v->def->parent != c->fn->body)
        return true;
    return is_cheap_op(c, v->def, ops);
}

static void plan_again(Cut *c, Value *v);

static void plan_inputs(Cut *c, const Op *op)
{
    for (int i = 0; i < op->nargs; i++)
        plan_again(c, op->args[i]);
    for (int k = 0; k < op->nregions; k++)
        for (const Op *in = op->regions[k]->first; in; in = in->next)
            plan_inputs(c, in);
}

static void plan_again(Cut *c, Value *v)
{
    if (!v->def || v->def->parent != c->fn->body || ptrmap_get(&c->planned, v))
        return;
    plan_inputs(c, v->def);
    for (int i = 0; i < v->def->nresults; i++)
        ptrmap_put(&c->planned, v->def->results[i], v);
    ptrs_push(&c->again, v->def);
}

static bool crosses(const Cut *c, const Value *v)
{
    return v->def && v->def->parent == c->fn->body && v->def->mark == FORWARD && !ptrmap_get(&c->planned, v);
}

/* A value is planned when its first user is met, so that what others are computed from is there before them. */
static void plan_operand(Cut *c, Value *v)
{
    int ops = 0;
    if (!crosses(c, v))
        return;
    if (v->def->code == OP_PTRCAST || v->def->code == OP_DECAY || v->def->code == OP_FIELD)
        plan_operand(c, v->def->args[0]);
    if (is_cheap(c, v, &ops)) {
        plan_again(c, v);
        return;
    }
    ptrmap_put(&c->planned, v, v);
    ptrs_push(&c->pushed, v);
}

static void plan_op(Op *op, void *ctx)
{
    Cut *c = ctx;
    if (op->mark == REVERSE)
        for (int i = 0; i < op->nargs; i++)
            plan_operand(c, op->args[i]);
}

static void plan_values(Cut *c)
{
    if (c->fn->tape->def)
        ptrmap_put(&c->planned, c->fn->tape, c->fn->tape);
    for (size_t i = 0; i < c->moved.n; i++) {
        Op *local = c->moved.at[i];
        for (int k = 0; k < local->nargs; k++)
            plan_operand(c, local->args[k]);
        ptrmap_put(&c->planned, local->results[0], local);
        ptrs_push(&c->again, local);
    }
    for (size_t i = 0; i < c->slots.n; i++)
        ptrmap_put(&c->planned, ((Op *)c->slots.at[i])->results[0], c);
    for (size_t i = 0; i < c->to_free.n; i++)
        plan_operand(c, c->to_free.at[i]);
    walk_ops(c->fn->body, plan_op, c);
}

/* ---------------------------------------------------------------------- the two functions */

static Fn *shell(const Fn *fn)
{
    Arena *a = fn->program->arena;
    Fn *copy = arena_alloc(a, sizeof *copy);
    *copy = *fn;
    copy->arena = arena_new();
    copy->nvalues = 0;
    copy->mem = NULL;
    copy->shadow = NULL;
    copy->boundary = NULL;
    copy->tape = NULL;
    copy->params = NULL;
    copy->nparams = 0;
    copy->sret = copy->split = false;
    copy->ret = type_void();
    copy->ret_spelled = NULL;
    copy->locals = (Ptrs){.arena = copy->arena};
    copy->helpers = (Ptrs){.arena = a};
    for (size_t i = 0; i < fn->locals.n; i++)
        ptrs_push(&copy->locals, fn->locals.at[i]);
    copy->body = region_new(copy, NULL);
    return copy;
}

static void push_value(const Cut *c, Builder *b, Value *v)
{
    Value *args[2] = {c->fn->tape, v};
    op_build(b, OP_PUSH, args, 2, 0);
}

static Value *pop_value(const Cut *c, Builder *b, const Value *like, Type *t)
{
    Value *tape = ptrmap_get(&c->map, c->fn->tape);
    Op *pop = op_build(b, OP_POP, &tape, 1, 1);
    pop->results[0]->type = t;
    pop->results[0]->var = like->var;
    return pop->results[0];
}

/* At the end of the forward function, in the order in which the reverse function takes them from the end. */
static void push_all(Cut *c)
{
    Builder b = before_op(c->fn->boundary);
    for (size_t i = 0; i < c->slots.n; i++) {
        Op *slot = c->slots.at[i];
        slot->zeroed = true; /* it may not have been stored to on this path */
        push_value(c, &b, build_load(&b, slot->results[0]));
    }
    for (size_t i = 0; i < c->pushed.n; i++)
        push_value(c, &b, c->pushed.at[i]);
}

static void pop_all(Cut *c, Builder *b)
{
    for (size_t i = c->pushed.n; i-- > 0;) {
        Value *v = c->pushed.at[i];
        ptrmap_put(&c->map, v, pop_value(c, b, v, v->type));
    }
    for (size_t i = c->slots.n; i-- > 0;) {
        Op *slot = c->slots.at[i], *copy = clone_op(b, slot, &c->map);
        copy->zeroed = false;
        build_store(b, copy->results[0], pop_value(c, b, slot->results[0], slot->of));
    }
}

static void build_reverse(Cut *c)
{
    Builder b = at_end(c->rev->body);
    b.loc = c->fn->loc;
    pop_all(c, &b);
    for (size_t i = 0; i < c->again.n; i++)
        clone_op(&b, c->again.at[i], &c->map);
    const Op *yield = region_terminator(c->fn->body);
    for (const Op *op = c->fn->boundary->next; op != yield; op = op->next)
        clone_op(&b, op, &c->map);
    for (size_t i = 0; i < c->to_free.n; i++) {
        Value *p = ptrmap_get(&c->map, c->to_free.at[i]);
        op_build(&b, OP_FREE, &p, 1, 0);
    }
}

static void cut_forward(Cut *c)
{
    push_all(c);
    Op *yield = region_terminator(c->fn->body);
    while (yield->prev != c->fn->boundary)
        op_remove(yield->prev);
    op_remove(c->fn->boundary);
    c->fn->boundary = NULL;
    remove_dead(c->fn);
    for (size_t i = 0; i < c->moved.n; i++) {
        Op *op = c->moved.at[i];
        if (op->code == OP_ALLOC)
            op_remove(op);
    }
}

static Cut cut_begin(Fn *fn)
{
    Cut c = {.fn = fn};
    Arena *a = fn->arena;
    c.users.arena = c.map.arena = c.planned.arena = a;
    c.pushed.arena = c.again.arena = c.moved.arena = c.slots.arena = c.to_free.arena = a;
    mark_halves(fn);
    place_locals(&c);
    plan_values(&c);
    c.rev = shell(fn);
    return c;
}

/* ---------------------------------------------------------------------- --split */

typedef struct {
    const Value *value;
    const Op *user;
} FindUser;

static void find_user(Op *op, void *ctx)
{
    FindUser *f = ctx;
    for (int i = 0; i < op->nargs && !f->user; i++)
        if (op->args[i] == f->value)
            f->user = op;
}

static const Op *user_of(const Fn *fn, const Value *v)
{
    FindUser f = {v, NULL};
    walk_ops(fn->body, find_user, &f);
    return f.user;
}

/* ad_tape *f_fwd(primal..., R *result): drops the d_ parameters, and gives the result through a pointer. */
static bool finish_forward(Fn *fn, Request *rq, int nprimal)
{
    bool sret = fn->sret, again = false;
    Value *result = sret ? fn->body->args[fn->body->nargs - 1] : NULL;
    for (int i = nprimal; i < fn->nparams; i++) {
        const Op *user = user_of(fn, fn->body->args[i]);
        if (!user)
            continue;
        if (split_own_wanted(fn, rq, fn->body->args[i])) {
            again = true;
            continue;
        }
        diag_error(user->loc,
                   "--split: '%s' would be needed here, in the forward function, and only the reverse function is given it",
                   fn->params[i]->name);
        diag_note(user->loc,
                  "name an independent that is overwritten on both sides of '->'; a pointer to data that carries derivatives must "
                  "not be changed in memory");
        return false;
    }
    if (again)
        return false;
    while (fn->nparams > nprimal)
        region_drop_arg(fn->body, --fn->nparams);
    Op *yield = region_terminator(fn->body);
    Value *tape = fn->tape;
    if (sret) {
        fn->sret = false;
        region_drop_arg(fn->body, fn->body->nargs - 1);
    }
    if (fn->ret->kind != TY_VOID) {
        Type *t = type_ptr(fn->ret);
        Var *var = var_named(fn, t, "", NULL, "result");
        var->spelled = fn->ret_spelled;
        Value *p = fn_add_param(fn, t, var);
        Builder b = before_op(yield);
        if (sret)
            replace_uses(fn, result, p);
        else
            build_store(&b, p, yield->args[0]);
    }
    op_set_args(yield, &tape, 1);
    fn->ret = tape->type;
    fn->ret_spelled = NULL;
    return true;
}

/* The same parameters for the reverse half. */
static void share_params(Cut *c)
{
    for (int i = 0; i < c->fn->nparams; i++) {
        const Value *arg = c->fn->body->args[i];
        Value *copy = fn_add_param(c->rev, arg->type, c->fn->params[i]);
        copy->var = arg->var;
        ptrmap_put(&c->map, arg, copy);
    }
}

Fn *split_halves(Fn *fn)
{
    Cut c = cut_begin(fn);
    share_params(&c);
    build_reverse(&c);
    cut_forward(&c);
    Builder end = at_end(c.rev->body);
    build_yield(&end, NULL, 0);
    return c.rev;
}

Fn *split_adjoint(Fn *fn, Request *rq)
{
    Cut c = cut_begin(fn);
    Arena *a = fn->program->arena;
    Type *t = fn->tape->type;
    ptrmap_put(&c.map, fn->tape, fn_add_param(c.rev, t, var_named(c.rev, t, "", NULL, "tape")));
    share_params(&c);
    build_reverse(&c);
    cut_forward(&c);
    Builder end = at_end(c.rev->body);
    Value *tape = ptrmap_get(&c.map, fn->tape);
    Op *call = op_build(&end, OP_CALL, &tape, 1, 0);
    call->text = "ad_tape_free";
    call->of = type_void();
    build_yield(&end, NULL, 0);
    if (!finish_forward(fn, rq, rq->fn->nparams))
        return NULL;
    fn->name = request_forward_name(rq, a);
    c.rev->name = request_result_name(rq, a);
    ptrs_push(&c.rev->helpers, fn);
    return c.rev;
}
