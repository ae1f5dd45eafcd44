/* library_rules.c: the derivatives of calls of BLAS and LAPACK, as calls of the same libraries.
 *
 *   cblas_dgemv(..., A, x, y)   reverse:  cblas_dger(..., d_y, x, d_A); cblas_dgemv(..., A, d_y, d_x)
 *
 * A rule (transform/library/) is copied for each call; what is constant there is put in, which leaves what the call needs. What the copy then still asks
 * for of memory that is overwritten by the time it runs, a copy of the memory is kept of.
 */
#include "analysis.h"
#include "derivative.h"

#include <string.h>

typedef struct {
    Shadow *s;
    Op *call;
    const Library *lib;
    Builder *b; /* where the rule's ops go */
    bool reverse;
    Value **tangents; /* forward: of the arguments, or NULL */
    Value **locals;   /* reverse: adjoints of numbers that are arguments, as pointers to locals */
    Value **kept[2];  /* reverse: copies of arguments' memory, as it was before and after the call */
    Value *d_return;
    Ptrs to_free;
} Rule;

/* What a rule's parameter is at the call, at b. */
typedef Value *(*Argument)(Rule *r, Builder *b, const Var *param);

/* ---------------------------------------------------------------------- names of parameters */

typedef enum { NAME_PLAIN, NAME_IN, NAME_OUT, NAME_ACTIVE, NAME_DERIVATIVE, NAME_RESULT, NAME_D_RETURN } NameKind;

static int argument_number(const Library *lib, const char *name, size_t n)
{
    for (int k = 0; k < lib->proto->nparams; k++)
        if (strlen(lib->proto->params[k]->name) == n && !strncmp(lib->proto->params[k]->name, name, n))
            return k;
    ICE("a rule for '%s' asks for '%.*s'", lib->proto->name, (int)n, name);
}

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && !strcmp(name + n - m, end);
}

/* What a rule's parameter stands for, and of which argument. */
static NameKind name_kind(const Library *lib, const char *name, int *k)
{
    *k = -1;
    if (!strcmp(name, "result"))
        return NAME_RESULT;
    if (!strcmp(name, "d_return"))
        return NAME_D_RETURN;
    size_t n = strlen(name);
    NameKind kind = !strncmp(name, "active_", 7) ? NAME_ACTIVE
                    : !strncmp(name, "d_", 2)    ? NAME_DERIVATIVE
                    : ends_with(name, "_in")     ? NAME_IN
                    : ends_with(name, "_out")    ? NAME_OUT
                                                 : NAME_PLAIN;
    size_t skip = kind == NAME_ACTIVE ? 7 : kind == NAME_DERIVATIVE ? 2 : 0;
    size_t end = kind == NAME_IN ? n - 3 : kind == NAME_OUT ? n - 4 : n;
    *k = argument_number(lib, name + skip, end - skip);
    return kind;
}

static bool is_active(const Rule *r, int k)
{
    Value *arg = r->call->args[k];
    if (arg->type->kind == TY_PTR)
        return call_carries(r->call, k) && shadow_has(r->s, arg);
    return shadow_is_active(r->s, arg) && (r->reverse || r->tangents[k]);
}

/* ---------------------------------------------------------------------- a rule for one call */

/* What is known of the parameter from the call itself, at b; or NULL. */
static Value *constant_argument(const Rule *r, Builder *b, const Var *param)
{
    int k;
    NameKind kind = name_kind(r->lib, param->name, &k);
    Type *t = param->type;
    if (kind == NAME_ACTIVE)
        return build_int(b, t, is_active(r, k));
    if (kind == NAME_DERIVATIVE)
        return is_active(r, k) ? NULL : build_zero(b, t);
    if (kind != NAME_PLAIN)
        return NULL;
    const Op *def = r->call->args[k]->def;
    while (def && def->code == OP_CAST && def->args[0]->def)
        def = def->args[0]->def;
    int64_t known;
    if (type_is_int(t) && value_int(r->call->args[k], &known)) {
        Value *v = build_int(b, t, int_wrap(t, (uint64_t)known));
        if (def && def->code == OP_ICONST && !r->call->callee)
            v->def->text = def->text;
        return v;
    }
    if (type_is_float(t) && def && def->code == OP_FCONST && !def->text && r->call->args[k]->type == t)
        return build_float(b, t, def->fval);
    return NULL;
}

/* Places, and the functions that are called: by name, or the program's own declaration. */
static void settle_op(Op *op, void *ctx)
{
    const Rule *r = ctx;
    op->loc = r->call->loc;
    if (op->code == OP_ALLOC)
        op->tape = true;
    if (op->code == OP_ICONST && r->call->callee)
        op->text = NULL; /* it declares the functions itself: its names of constants are not known */
    if (op->code != OP_CALL || !op->callee)
        return;
    Fn *own = program_find_fn(r->s->fn->program, op->callee->name);
    op->of = op->callee->ret;
    if (!own && r->call->callee)
        own = op->callee;
    op->text = own ? NULL : op->callee->name;
    op->callee = own;
}

static Fn *rule_for_call(Rule *r, Fn *rule)
{
    Fn *ready = ptrmap_get(&r->s->fn->program->library_ready, rule);
    if (!ready) {
        ready = prepare_primal(rule->program, rule);
        ptrmap_put(&r->s->fn->program->library_ready, rule, ready);
    }
    Fn *f = clone_fn(ready, rule->name);
    PtrMap map = {.arena = f->arena};
    Builder top = before_op(f->body->first);
    for (int i = 0; i < f->nparams; i++) {
        Value *v = constant_argument(r, &top, f->params[i]);
        if (v)
            ptrmap_put(&map, f->body->args[i], v);
    }
    replace_uses_map(f, &map);
    simplify(f);
    walk_ops(f->body, settle_op, r);
    return f;
}

static Value *fitted(Builder *b, Value *v, Type *t)
{
    return v->type == t ? v : t->kind == TY_PTR ? build_ptrcast(b, v, t) : build_cast(b, v, t);
}

/* Does the address begin at one row of an array of arrays? Indexing from there on past the row's end is an error to sanitizers. */
static bool is_a_row(const Value *p)
{
    for (; p->def && op_info[p->def->code].kind == KIND_ADDR && p->def->nargs; p = p->def->args[0])
        if (p->def->code == OP_DECAY && (!p->def->args[0]->def || op_info[p->def->args[0]->def->code].kind == KIND_ADDR))
            return p->def->args[0]->def == NULL || p->def->args[0]->def->code != OP_FIELD;
    return false;
}

static bool is_indexed(const Region *r, const Value *p)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        if (op->code == OP_INDEX && op->args[0] == p)
            return true;
        for (int k = 0; k < op->nregions; k++)
            if (is_indexed(op->regions[k], p))
                return true;
    }
    return false;
}

/* The argument of the rule's parameter i. */
static Value *actual(Rule *r, Builder *b, const Fn *f, int i, Argument argument)
{
    const Value *param = f->body->args[i];
    const Var *var = f->params[i];
    Value *v = fitted(b, argument(r, b, var), param->type);
    int k;
    name_kind(r->lib, var->name, &k);
    if (k >= 0 && param->type->kind == TY_PTR && is_a_row(r->call->args[k]) && is_indexed(f->body, param))
        return build_pointer_variable(b, v, var_named(r->s->fn, v->type, "", NULL, var->name));
    return v;
}

/* The rule's ops at b, with what `argument` gives for each parameter that is still used; what it returns, or NULL. */
static Value *splice(Rule *r, Builder *b, Fn *f, Argument argument)
{
    int *uses = count_uses(f);
    PtrMap map = {.arena = r->s->fn->arena};
    for (int i = 0; i < f->nparams; i++)
        if (uses[f->body->args[i]->id] > 0)
            ptrmap_put(&map, f->body->args[i], actual(r, b, f, i, argument));
    clone_ops(b, f->body, &map, true);
    const Op *yield = region_terminator(f->body);
    return yield->nargs ? ptrmap_get(&map, yield->args[0]) : NULL;
}

/* ---------------------------------------------------------------------- memory that is kept */

static Value *plain_argument(Rule *r, Builder *b, const Var *param)
{
    int k;
    (void)b;
    name_kind(r->lib, param->name, &k);
    return r->call->args[k];
}

/* How many elements the call may touch from its argument k on: a long at b. */
static Value *extent(Rule *r, Builder *b, int k)
{
    const char *name = arena_printf(r->s->fn->arena, "len_%s_%s", r->lib->proto->name, r->lib->proto->params[k]->name);
    Fn *rule = program_find_fn(r->s->fn->program->library, name);
    if (!rule)
        ICE("no '%s' in transform/library", name);
    return splice(r, b, rule_for_call(r, rule), plain_argument);
}

Value *library_extent(Builder *b, Op *call, int k)
{
    Shadow s = {.fn = call->parent->fn};
    Rule r = {.s = &s, .call = call, .lib = library_call(call), .b = b};
    return extent(&r, b, k);
}

/* for (i = 0; i < n; i++): at the end of its body is *in. */
static Op *loop_over(Rule *r, Builder *b, Value *n, Builder *in)
{
    Type *t = type_scalar(TY_LONG);
    Op *loop = build_for(b, build_int(b, t, 0), n, build_int(b, t, 1), OP_LT);
    loop->regions[0]->args[0]->var = var_named(r->s->fn, t, "", NULL, "i");
    *in = at_end(loop->regions[0]);
    in->loc = r->call->loc;
    return loop;
}

static Value *new_array(Rule *r, Builder *b, Value *n, Type *pointer, const char *prefix, int k)
{
    Type *t = type_without_const(pointer), *size_type = type_scalar(TY_ULONG);
    Value *args[2] = {build_cast(b, n, size_type), build_int(b, size_type, t->elem->size)};
    Op *op = op_build(b, OP_ALLOC, args, 2, 1);
    op->tape = true;
    op->results[0]->type = t;
    op->results[0]->var = var_named(r->s->fn, t, prefix, r->call->args[k]->var, r->lib->proto->params[k]->name);
    return op->results[0];
}

static void copy_elements(Builder *b, Value *to, Value *from, Value *n)
{
    Type *size_type = type_scalar(TY_ULONG);
    Value *bytes = build_bin(b, OP_MUL, build_cast(b, n, size_type), build_int(b, size_type, to->type->elem->size));
    Value *args[3] = {to, from, bytes};
    op_build(b, OP_COPY, args, 3, 0)->tape = true;
}

/* A copy of argument k's memory, made in the forward sweep before or after the call. */
static Value *kept_memory(Rule *r, Builder *b, int k, bool after)
{
    if (r->kept[after][k])
        return r->kept[after][k];
    Value *p = r->call->args[k];
    if (r->s->fn->primal_done) {
        diag_error(r->call->loc,
                   "--primal-done: the derivative of this call needs what '%s' held, which is overwritten; "
                   "differentiate without --primal-done",
                   r->lib->proto->params[k]->name);
        r->s->failed = true;
        return build_use(b, p);
    }
    Builder fwd = after ? after_op(r->call) : before_op(r->call);
    fwd.loc = r->call->loc;
    Value *n = extent(r, &fwd, k), *copy = new_array(r, &fwd, n, p->type, after ? "exit_" : "entry_", k);
    copy->def->note = "for the derivative of the call: it is overwritten later";
    copy_elements(&fwd, copy, p, n);
    Value *use = build_use(b, copy);
    ptrs_push(&r->to_free, use);
    return r->kept[after][k] = use;
}

/* ---------------------------------------------------------------------- reverse mode */

static Value *call_result(Rule *r)
{
    if (!r->call->nresults)
        op_add_result(r->call, r->lib->proto->ret, NULL);
    return r->call->results[0];
}

static Value *reverse_derivative(Rule *r, Builder *b, int k)
{
    Value *arg = r->call->args[k];
    if (arg->type->kind == TY_PTR)
        return shadow_in_reverse(r->s, b, arg);
    return r->locals[k]; /* made before the rule */
}

static Value *reverse_argument(Rule *r, Builder *b, const Var *param)
{
    int k;
    NameKind kind = name_kind(r->lib, param->name, &k);
    Value *arg = k >= 0 ? r->call->args[k] : NULL;
    switch (kind) {
    case NAME_RESULT:
        return build_use(b, call_result(r));
    case NAME_D_RETURN:
        return r->d_return ? r->d_return : build_zero(b, param->type);
    case NAME_DERIVATIVE:
        return reverse_derivative(r, b, k);
    case NAME_IN:
        return kept_memory(r, b, k, false);
    case NAME_OUT:
        return mem_written_later(r->s->mem, r->call, arg) ? kept_memory(r, b, k, true) : build_use(b, arg);
    default:
        if (arg->type->kind == TY_PTR && mem_written_later(r->s->mem, r->call, arg))
            return kept_memory(r, b, k, false);
        return build_use(b, arg);
    }
}

/* What was put aside of the sums in argument k's shadow; n in the forward sweep. */
typedef struct {
    Value *saved, *n;
} Aside;

/* The shadow of what the call overwrites may be the caller's sum so far: it is put aside before the call and added again after its reverse
 * (INTERFACE.md, "purely accumulated"). */
static Aside put_aside(Rule *r, Builder *b, int k)
{
    Value *arg = r->call->args[k];
    if (shadow_is_ambiguous(r->s, arg)) {
        diag_error(r->call->loc,
                   "this call may write to an independent or to a dependent, whose d_ have different meanings on entry; name "
                   "both on both sides of '->', or write to them through different pointers");
        r->s->failed = true;
    }
    Value *twin = shadow_twin(r->s, arg);
    Builder fwd = before_op(r->call);
    fwd.loc = r->call->loc;
    Value *n = extent(r, &fwd, k), *saved = new_array(r, &fwd, n, twin->type, "saved_d_", k);
    saved->def->note = "the sum so far: what is overwritten starts anew";
    copy_elements(&fwd, saved, twin, n);
    Value *cleared[2] = {twin, build_cast(&fwd, n, type_scalar(TY_ULONG))};
    op_build(&fwd, OP_ZERO, cleared, 2, 0);
    return (Aside){build_use(b, saved), n};
}

static void add_again(Rule *r, Builder *b, int k, Aside aside)
{
    Builder in;
    Value *d = shadow_in_reverse(r->s, b, r->call->args[k]);
    if (is_a_row(d))
        d = build_pointer_variable(b, d, var_named(r->s->fn, d->type, "d_", r->call->args[k]->var, r->lib->proto->params[k]->name));
    Value *i = loop_over(r, b, build_use(b, aside.n), &in)->regions[0]->args[0];
    build_accum(&in, build_index(&in, d, i), build_load(&in, build_index(&in, aside.saved, i)));
    build_yield(&in, NULL, 0);
    op_build(b, OP_FREE, &aside.saved, 1, 0);
}

static bool is_overwritten(const Rule *r, int k)
{
    return r->call->args[k]->type->kind == TY_PTR && (r->lib->known.writes >> k & 1u) && call_carries(r->call, k);
}

static Rule rule_new(Shadow *s, Builder *b, Op *call)
{
    Arena *a = s->fn->arena;
    size_t n = (size_t)call->nargs + 1;
    Rule r = {.s = s, .call = call, .lib = library_rules(call), .b = b, .to_free = {.arena = a}};
    r.locals = arena_alloc(a, n * sizeof *r.locals);
    r.kept[0] = arena_alloc(a, n * sizeof **r.kept);
    r.kept[1] = arena_alloc(a, n * sizeof **r.kept);
    return r;
}

/* Numbers get their adjoints in locals. */
static void make_locals(Rule *r)
{
    for (int k = 0; k < r->call->nargs; k++) {
        const Value *arg = r->call->args[k];
        if (arg->type->kind == TY_PTR || !is_active(r, k))
            continue;
        r->locals[k] =
            build_local(r->b, arg->type, var_named(r->s->fn, arg->type, "d_", arg->var, r->lib->proto->params[k]->name), NULL, 0);
        r->locals[k]->def->zeroed = true;
    }
}

/* Every array that the call overwrites needs a d_ for the rule to follow what was there. */
static bool outputs_have_shadows(const Rule *r)
{
    for (int k = 0; k < r->call->nargs; k++) {
        if (!is_overwritten(r, k) || is_active(r, k))
            continue;
        diag_error(r->call->loc,
                   "'%s' overwrites '%s', which has no derivative here though others of its arguments do; name it in the SPEC",
                   r->lib->proto->name, r->call->args[k]->var ? r->call->args[k]->var->name : r->lib->proto->params[k]->name);
        r->s->failed = true;
        return false;
    }
    return true;
}

void library_reverse(Shadow *s, Builder *b, Op *call, Value *d_result, Value **d_args)
{
    Rule r = rule_new(s, b, call);
    r.reverse = true;
    r.d_return = d_result;
    if (!outputs_have_shadows(&r))
        return;
    make_locals(&r);
    Aside *aside = arena_alloc(s->fn->arena, sizeof *aside * (size_t)(call->nargs + 1));
    for (int k = 0; k < call->nargs; k++)
        if (is_overwritten(&r, k) && shadow_accumulates_only(s, call->args[k]))
            aside[k] = put_aside(&r, b, k);
    splice(&r, b, rule_for_call(&r, r.lib->vjp), reverse_argument);
    for (int k = 0; k < call->nargs; k++) {
        if (aside[k].saved)
            add_again(&r, b, k, aside[k]);
        d_args[k] = r.locals[k] ? build_load(b, r.locals[k]) : NULL;
    }
    for (size_t i = 0; i < r.to_free.n; i++) {
        Value *p = r.to_free.at[i];
        op_build(b, OP_FREE, &p, 1, 0);
    }
}

/* ---------------------------------------------------------------------- forward mode */

static Value *forward_argument(Rule *r, Builder *b, const Var *param)
{
    int k;
    NameKind kind = name_kind(r->lib, param->name, &k);
    if (kind == NAME_RESULT)
        return call_result(r);
    Value *arg = r->call->args[k];
    if (kind != NAME_DERIVATIVE)
        return arg;
    if (arg->type->kind == TY_PTR)
        return shadow_twin(r->s, arg);
    return r->tangents[k] ? r->tangents[k] : build_zero(b, arg->type);
}

Value *library_forward(Shadow *s, Op *call, Value **tangents)
{
    Builder before = before_op(call);
    Rule r = rule_new(s, &before, call);
    before.loc = call->loc;
    r.tangents = tangents;
    if (!outputs_have_shadows(&r))
        return NULL;
    Value *d_result = r.lib->jvp ? splice(&r, &before, rule_for_call(&r, r.lib->jvp), forward_argument) : NULL;
    if (r.lib->jvp_after) {
        Builder after = after_op(call);
        after.loc = call->loc;
        r.b = &after;
        d_result = splice(&r, &after, rule_for_call(&r, r.lib->jvp_after), forward_argument);
    }
    return d_result;
}
