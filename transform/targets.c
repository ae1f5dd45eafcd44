/* targets.c: calls through function pointers that are not known become a choice among the functions that may be called.
 *
 *     y = g(x)   ->   if (g == sq) y = sq(x); else if (g == cube) y = cube(x); else ad_unknown_target("f.c:7: g");
 *
 * Where all that the pointer can be was written down in the function itself, these are the candidates. Otherwise every function of the
 * given files with external linkage and the pointer's type is one. */
#include "analysis.h"

#include <string.h>

typedef struct {
    Fn *root;
    Arena *arena;
    PtrMap *results; /* values that were replaced */
    Ptrs seen;       /* Value* */
    Ptrs found;      /* Op*: FNADDRs */
    bool open;       /* there may be others */
} Origins;

static void add_origin(Origins *o, Value *v);

/* ---------------------------------------------------------------------- where the pointer comes from */

typedef struct {
    Origins *o;
    const Value *address; /* of a local object, or in it */
    const Value *read;    /* the address that the pointer was loaded from */
} Accesses;

static void local_access(Op *op, void *ctx);

/* The address is kept in a pointer variable: whatever is read from that may be it. */
static void variable_access(Op *op, void *ctx)
{
    const Accesses *a = ctx;
    for (int i = 0; i < op->nargs && !a->o->open; i++) {
        if (map_value(a->o->results, op->args[i]) != a->address)
            continue;
        if (op->code == OP_LOAD) {
            Accesses inner = {a->o, op->results[0], a->read};
            walk_ops(a->o->root->body, local_access, &inner);
        } else if (op->code != OP_STORE || i != 0) {
            a->o->open = true;
        }
    }
}

static void follow_variable(const Accesses *a, Value *variable)
{
    variable = map_value(a->o->results, variable);
    if (!variable->def || variable->def->code != OP_LOCAL) {
        a->o->open = true;
    } else if (!ptrs_has(&a->o->seen, variable)) {
        ptrs_push(&a->o->seen, variable);
        Accesses inner = {a->o, variable, a->read};
        walk_ops(a->o->root->body, variable_access, &inner);
    }
}

/* s.start = f, where s.step is read. */
static bool is_other_field(const Value *stored, const Value *read)
{
    const Type *record, *other;
    const Field *key = address_field(stored, &record), *wanted = address_field(read, &other);
    return key && wanted && key != wanted && record == other;
}

/* What is stored into a local object whose address goes nowhere else. */
static void local_access(Op *op, void *ctx)
{
    const Accesses *a = ctx;
    for (int i = 0; i < op->nargs && !a->o->open; i++) {
        if (map_value(a->o->results, op->args[i]) != a->address)
            continue;
        if (op->code == OP_INDEX || op->code == OP_FIELD || op->code == OP_DECAY) {
            Accesses inner = {a->o, op->results[0], a->read};
            walk_ops(a->o->root->body, local_access, &inner);
        } else if (op->code == OP_STORE && i == 0) {
            if (op->args[1]->type->kind == TY_PTR && op->args[1]->type->elem->kind == TY_FUNC && !is_other_field(a->address, a->read))
                add_origin(a->o, op->args[1]);
        } else if (op->code == OP_STORE) {
            follow_variable(a, op->args[0]);
        } else if (op->code != OP_LOAD && op->code != OP_ZERO) {
            a->o->open = true;
        }
    }
}

static void add_stored(Origins *o, Value *address)
{
    const Value *read = address;
    for (address = map_value(o->results, address);
         address->def && (address->def->code == OP_INDEX || address->def->code == OP_FIELD || address->def->code == OP_DECAY);)
        address = map_value(o->results, address->def->args[0]);
    if (!address->def || address->def->code != OP_LOCAL) {
        o->open = true;
        return;
    }
    Accesses a = {o, address, read};
    walk_ops(o->root->body, local_access, &a);
}

static bool is_known(const Origins *o, const Op *address)
{
    for (size_t i = 0; i < o->found.n; i++) {
        const Op *other = o->found.at[i];
        if (other->callee == address->callee && (address->callee || !strcmp(other->text, address->text)))
            return true;
    }
    return false;
}

static void add_origin(Origins *o, Value *v)
{
    v = map_value(o->results, v);
    if (o->open || ptrs_has(&o->seen, v))
        return;
    ptrs_push(&o->seen, v);
    Op *op = v->def;
    if (!op) {
        o->open = true;
        return;
    }
    switch (op->code) {
    case OP_FNADDR:
        if (!is_known(o, op))
            ptrs_push(&o->found, op);
        return;
    case OP_NULLPTR:
    case OP_UNDEF:
        return;
    case OP_PTRCAST:
        add_origin(o, op->args[0]);
        return;
    case OP_SELECT:
        add_origin(o, op->args[1]);
        add_origin(o, op->args[2]);
        return;
    case OP_IF:
        for (int r = 0; r < 2; r++)
            add_origin(o, region_terminator(op->regions[r])->args[v->index]);
        return;
    case OP_LOAD:
        add_stored(o, op->args[0]);
        return;
    default:
        o->open = true;
    }
}

/* ---------------------------------------------------------------------- candidates of the given files */

static bool same_type(const Type *x, const Type *y)
{
    if (x == y)
        return true;
    if (x->kind != y->kind)
        return false;
    if (x->kind == TY_PTR)
        return x->elem_const == y->elem_const && same_type(x->elem, y->elem);
    return x->kind == TY_RECORD && x->name && y->name && !strcmp(x->name, y->name);
}

static bool fits(const Type *f, const Fn *fn)
{
    if (f->kind != TY_FUNC || f->nparams != fn->nparams || f->variadic != fn->is_variadic || !same_type(f->ret, fn->ret))
        return false;
    for (int i = 0; i < fn->nparams; i++) {
        const Type *want = f->params[i], *have = fn->params[i]->type;
        bool rows = fn->params[i]->dims_runtime && want->kind == TY_PTR;
        if (!rows && !same_type(want, have))
            return false;
    }
    return true;
}

typedef struct {
    const Fn *fn;
    bool taken;
} AddressUse;

static void find_address(Op *op, void *ctx)
{
    AddressUse *use = ctx;
    use->taken |= op->code == OP_FNADDR && op->callee == use->fn;
}

static bool address_is_taken(const Program *p, const Fn *fn)
{
    AddressUse use = {.fn = fn, .taken = program_initialiser_names(p, fn->name)};
    for (size_t i = 0; i < p->fns.n && !use.taken; i++) {
        const Fn *other = p->fns.at[i];
        if (other->has_body && other->body)
            walk_ops(other->body, find_address, &use);
    }
    return use.taken;
}

static bool is_in_local(const Value *p)
{
    while (p->def && op_info[p->def->code].kind == KIND_ADDR && p->def->nargs)
        p = p->def->args[0];
    return p->def && p->def->code == OP_LOCAL;
}

static void find_store(Op *op, void *ctx)
{
    AddressUse *use = ctx;
    for (int i = 0; i < op->nargs; i++) {
        const Op *def = op->args[i]->def;
        while (def && (def->code == OP_PTRCAST || def->code == OP_SELECT) && def->nargs)
            def = def->args[def->nargs - 1]->def;
        bool address = def && def->code == OP_FNADDR && def->callee == use->fn;
        use->taken |= address && (op_is_compare(op->code) || (op->code == OP_STORE && !is_in_local(op->args[0])));
    }
}

/* Is the address compared, or stored where others may find it? The generated file has a copy of a static function, at another address: a
 * pointer to it must come out of a table that is copied, too. */
static bool address_is_stored(const Program *p, const Fn *fn)
{
    AddressUse use = {.fn = fn};
    for (size_t i = 0; i < p->fns.n && !use.taken; i++) {
        const Fn *other = p->fns.at[i];
        if (other->has_body && other->body)
            walk_ops(other->body, find_store, &use);
    }
    for (size_t i = 0; i < p->globals.n && !use.taken; i++) {
        const Var *var = p->globals.at[i];
        use.taken = !var->is_static && !var->owner && var_initialiser_names(var, fn->name);
    }
    return use.taken;
}

/* Can a derivative pass through a function of this type? */
static bool type_matters(const Type *f)
{
    bool untyped = f->kind == TY_FUNC && f->ret->kind == TY_PTR && f->ret->elem->kind == TY_VOID; /* allocates */
    bool matters = f->kind == TY_FUNC && (type_reaches_float(f->ret) || untyped || f->variadic);
    for (int i = 0; f->kind == TY_FUNC && i < f->nparams && !matters; i++) {
        const Type *t = f->params[i];
        matters = type_reaches_float(t) || (t->kind == TY_PTR && t->elem->kind == TY_VOID);
    }
    return matters;
}

typedef struct {
    const char *name;
    bool found;
} NameUse;

static void find_name(Op *op, void *ctx)
{
    NameUse *use = ctx;
    use->found |= op->code == OP_FNADDR && op->text && (!op->callee || !op->callee->has_body) && !strcmp(op->text, use->name);
}

static bool program_names(const Program *p, const char *name)
{
    NameUse use = {.name = name, .found = program_initialiser_names(p, name)};
    for (size_t i = 0; i < p->fns.n && !use.found; i++) {
        const Fn *fn = p->fns.at[i];
        if (fn->has_body && fn->body)
            walk_ops(fn->body, find_name, &use);
    }
    return use.found;
}

/* double (*)(double) may be tanh, where the program uses the address of tanh. */
static void add_library(Origins *o, const Type *f)
{
    for (int i = 0; i < OP_COUNT; i++) {
        OpCode code = (OpCode)i;
        if (op_info[i].kind != KIND_MATH || op_info[i].arity != f->nparams || math_nresults(code) != 1 || !f->nparams || code == OP_LOGISTIC)
            continue;
        Type *real = type_real_of(f->params[f->nparams - 1]);
        bool fit = type_is_float(real) && math_result_type(code, 0, real) == f->ret;
        for (int k = 0; k < f->nparams && fit; k++)
            fit = math_operand_type(code, k, real) == f->params[k];
        const char *name = fit ? math_name(code, real, o->root->arena) : NULL;
        if (!fit || !program_names(o->root->program, name))
            continue;
        Op *address = arena_alloc(o->arena, sizeof *address);
        *address = (Op){.code = OP_FNADDR, .text = name};
        if (!is_known(o, address))
            ptrs_push(&o->found, address);
    }
}

/* Adds all functions that a pointer from elsewhere can point to. False after an error. */
static bool add_program(Origins *o, const Op *call, const Type *f, bool (*may_call)(void *ctx, const Fn *fn), void *ctx)
{
    const Program *p = o->root->program;
    for (size_t i = 0; i < p->fns.n; i++) {
        Fn *fn = p->fns.at[i];
        if (!fn->has_body || !fits(f, fn) || !may_call(ctx, fn))
            continue;
        if (fn->is_static && !address_is_taken(p, fn))
            continue;
        if (fn->is_static && !p->with_primal && address_is_stored(p, fn)) {
            diag_error(call->loc, "this may call the static function '%s', whose address is another in the generated file",
                       fn->name);
            diag_note(
                fn->loc,
                "give '%s' external linkage, or use --with-primal, which includes this file in the generated one",
                fn->name);
            return false;
        }
        Op *address = arena_alloc(o->arena, sizeof *address);
        *address = (Op){.code = OP_FNADDR, .callee = fn, .text = fn->name};
        if (!is_known(o, address))
            ptrs_push(&o->found, address);
    }
    add_library(o, f);
    return true;
}

/* ---------------------------------------------------------------------- the choice */

static void call_unknown(Builder *b, const Op *call, const char *name, Arena *a)
{
    Op *text = op_build(b, OP_STRING, NULL, 0, 1);
    text->text = arena_printf(a, "\"%s:%d: %s\"", diag_file_name(call->loc.file), call->loc.line, name);
    text->results[0]->type = type_ptr_q(type_scalar(TY_CHAR), true, false);
    Op *op = op_build(b, OP_CALL, text->results, 1, 0);
    op->text = "ad_unknown_target";
    op->of = type_void();
}

static void yield_result(Builder *b, const Op *call, Value *v)
{
    if (call->nresults && !v)
        v = build_zero(b, call->results[0]->type);
    build_yield(b, &v, call->nresults);
}

static Value *call_candidate(Builder *b, const Op *call, const Op *candidate)
{
    Op *address = op_build(b, OP_FNADDR, NULL, 0, 1);
    address->callee = candidate->callee;
    address->text = candidate->text;
    address->results[0]->type = call->args[0]->type;
    Op *op = op_build(b, OP_CALLPTR, call->args, call->nargs, call->nresults);
    op->args[0] = address->results[0];
    op->of = call->of;
    if (call->nresults) {
        op->results[0]->type = call->results[0]->type;
        op->results[0]->var = call->results[0]->var;
    }
    return call->nresults ? op->results[0] : NULL;
}

/* The choice among candidates i and the following; returns its result. */
static Value *choose(Builder *b, const Op *call, const Origins *o, size_t i, const char *name)
{
    if (i == o->found.n) {
        call_unknown(b, call, name, o->root->arena);
        return NULL;
    }
    const Op *candidate = o->found.at[i];
    if (!o->open && i + 1 == o->found.n)
        return call_candidate(b, call, candidate);
    Op *address = op_build(b, OP_FNADDR, NULL, 0, 1);
    address->callee = candidate->callee;
    address->text = candidate->text;
    address->results[0]->type = call->args[0]->type;
    Op *choice = build_if(b, build_bin(b, OP_EQ, call->args[0], address->results[0]));
    for (int r = 0; r < 2; r++) {
        Builder in = at_end(choice->regions[r]);
        in.loc = call->loc;
        Value *v = r == 0 ? call_candidate(&in, call, candidate) : choose(&in, call, o, i + 1, name);
        yield_result(&in, call, v);
    }
    return call->nresults ? op_add_result(choice, call->results[0]->type, call->results[0]->var) : NULL;
}

static const char *pointer_name(const Value *p)
{
    while (p->def && (p->def->code == OP_LOAD || op_info[p->def->code].kind == KIND_ADDR) && !p->var && p->def->nargs)
        p = p->def->args[0];
    const Var *var = p->var ? p->var : p->def ? p->def->var : NULL;
    return var && var->name ? var->name : "a function pointer";
}

/* May it be malloc itself, whose address the program uses? */
static bool is_library_allocator(const Program *p, const Type *f)
{
    static const char *const names[] = {"malloc", "calloc", "realloc", "aligned_alloc"};
    bool untyped = f->ret->kind == TY_PTR && f->ret->elem->kind == TY_VOID;
    for (int i = 0; i < 4 && untyped; i++)
        if (program_names(p, names[i]))
            return true;
    return false;
}

/* A pointer that is called as what it is not: the program does not do that. */
static void drop_unfit(Origins *o, const Op *call)
{
    size_t n = 0;
    for (size_t i = 0; i < o->found.n; i++) {
        const Op *candidate = o->found.at[i];
        if (!candidate->callee || call_fits(call, 1, candidate->callee))
            o->found.at[n++] = o->found.at[i];
    }
    o->found.n = n;
}

bool choose_target(Fn *root, Op *call, PtrMap *results, bool (*may_call)(void *ctx, const Fn *fn), void *ctx)
{
    const Type *f = call->args[0]->type->elem;
    if (!type_matters(f) || is_library_allocator(root->program, f))
        return true;
    Arena *a = arena_new();
    Origins o = {.root = root, .arena = a, .results = results, .seen = {.arena = a}, .found = {.arena = a}};
    add_origin(&o, call->args[0]);
    bool good = !o.open || add_program(&o, call, f, may_call, ctx);
    drop_unfit(&o, call);
    if (good && o.found.n) {
        Builder b = before_op(call);
        b.loc = call->loc;
        Value *v = choose(&b, call, &o, 0, pointer_name(call->args[0]));
        if (call->nresults)
            ptrmap_put(results, call->results[0], v);
        op_remove(call);
    }
    arena_free(a);
    return good;
}
