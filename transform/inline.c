/* inline.c: expands calls of functions of the program in place, to any depth.
 *
 *     double sq(double x) { return x * x; }          %7 = call %3 @sq
 *  -> %5 = local $x; store %5, %3; ... %6 = mul ..   with %6 for %7
 *
 * Exits are structured away, so a callee's body is spliced in as it is: its arguments become the operands, its result what it yields,
 * its LOCALs objects at the call. One walk over the growing function in program order: every use comes after its definition, so
 * results of expanded calls are replaced on the way. Can be run again when promotion has made more call targets known. */
#include "derivative.h"

#include <string.h>

enum { MAX_OPS = 2000000, MAX_CHAIN = 1000 };

/* The calls being expanded, innermost first. */
typedef struct Frame {
    const Fn *fn;
    const struct Frame *caller;
    int depth;
    Value *const *extra; /* what is behind the ... of the innermost call that has one */
    int nextra;
} Frame;

/* What is known of a LOCAL whose address goes nowhere but into loads and one store. */
typedef struct {
    Op *store;  /* the only store, NULL: none */
    bool other; /* anything else happens to it */
} LocalUses;

typedef struct {
    Fn *root;
    Arena *arena;            /* scratch of this run */
    PtrMap results;          /* result of an expanded call -> the value */
    PtrMap sizes;            /* Fn* -> size_t*: ops in its body */
    PtrMap locals;           /* LOCAL Op* -> LocalUses* */
    PtrMap recursive;        /* Fn* -> itself when it calls itself, else another */
    PtrMap reported;         /* Fn* that an error was reported for */
    PtrMap named;            /* Fn* whose locals are in root->locals */
    Mode mode;               /* with choose: of the derivative */
    bool choose;             /* calls through unknown pointers become choices */
    bool keep_vjp, keep_jvp; /* calls of functions with such a custom derivative stay */
    size_t nops;
} Inliner;

/* ---------------------------------------------------------------------- errors */

static void chain_text(Str *s, const Frame *f)
{
    if (f->caller) {
        chain_text(s, f->caller);
        str_put(s, " -> ");
    }
    str_put(s, f->fn->name);
}

static void note_chain(Inliner *in, Loc loc, const Frame *f, const Fn *callee)
{
    Str s = {.arena = in->arena};
    chain_text(&s, f);
    if (callee)
        str_fmt(&s, " -> %s", callee->name);
    diag_note(loc, "needed by %s: %s", in->root->name, s.s);
}

/* True the first time for a function. */
static bool first_report(Inliner *in, const Fn *fn)
{
    if (ptrmap_get(&in->reported, fn))
        return false;
    ptrmap_put(&in->reported, fn, in);
    return true;
}

static void report_unsupported(Inliner *in, const Fn *fn, Loc call, const Frame *f, bool is_root)
{
    if (!first_report(in, fn))
        return;
    diag_error(fn->unsupported.loc, "%s", fn->unsupported.what);
    if (!is_root)
        note_chain(in, call, f, fn);
}

static bool in_chain(const Frame *f, const Fn *fn)
{
    for (; f; f = f->caller)
        if (f->fn == fn)
            return true;
    return false;
}

static void report_recursion(Inliner *in, const Op *call, const Frame *f)
{
    if (!first_report(in, call->callee))
        return;
    const char *name = call->callee->name;
    diag_error(call->loc,
               "recursive call of '%s' is not supported: write it as a loop, or give '%s' its own derivative with AD_CUSTOM_VJP",
               name, name);
    Str s = {.arena = in->arena}; /* the cycle */
    for (; f->fn != call->callee; f = f->caller) {
        const char *rest = s.s;
        s = (Str){.arena = in->arena};
        str_fmt(&s, "%s%s%s", f->fn->name, rest ? " -> " : "", rest ? rest : "");
    }
    if (s.s)
        diag_note(call->callee->loc, "it calls itself through %s", s.s);
}

/* ---------------------------------------------------------------------- calls through pointers */

static void scan_local(const Region *r, const Value *addr, LocalUses *u)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        for (int i = 0; i < op->nargs; i++) {
            if (op->args[i] != addr)
                continue;
            if (op->code == OP_STORE && i == 0 && !u->store)
                u->store = op;
            else if (op->code != OP_LOAD)
                u->other = true;
        }
        for (int i = 0; i < op->nregions; i++)
            scan_local(op->regions[i], addr, u);
    }
}

/* What a load of a local pointer variable gives where the variable is stored to once, before everything else: else NULL. */
static Value *loaded_value(Inliner *in, const Op *load)
{
    Op *local = load->args[0]->def;
    if (!local || local->code != OP_LOCAL || local->nargs)
        return NULL;
    LocalUses *u = ptrmap_get(&in->locals, local);
    if (!u) {
        u = arena_alloc(in->arena, sizeof *u);
        scan_local(local->parent, local->results[0], u);
        ptrmap_put(&in->locals, local, u);
    }
    /* In the local's own region the store runs whenever the local exists. A load before it would read an undefined value. */
    return !u->other && u->store && u->store->parent == local->parent && !local->zeroed ? u->store->args[1] : NULL;
}

/* The FNADDR that `target` certainly is, or NULL. */
static Op *known_function(Inliner *in, Value *target)
{
    for (int steps = 0; target && steps < MAX_CHAIN; steps++) {
        Op *def = map_value(&in->results, target)->def;
        if (!def)
            return NULL;
        if (def->code == OP_FNADDR)
            return def;
        if (def->code == OP_PTRCAST)
            target = def->args[0];
        else if (def->code == OP_LOAD)
            target = loaded_value(in, def);
        else
            return NULL;
    }
    return NULL;
}

static bool same_type(const Type *a, const Type *b)
{
    return a == b || (a->kind == TY_PTR && b->kind == TY_PTR);
}

bool call_fits(const Op *call, int first, const Fn *f)
{
    int nargs = call->nargs - first, nparams = f->nparams + f->sret;
    if (nargs < nparams || (nargs > nparams && !f->is_variadic))
        return false;
    for (int i = 0; i < nparams && f->has_body; i++)
        if (!same_type(call->args[first + i]->type, f->body->args[i]->type))
            return false;
    bool has_value = f->ret->kind != TY_VOID && !f->sret;
    return !call->nresults || (has_value && same_type(call->results[0]->type, f->ret));
}

/* A pointer to sin and the like: the call becomes the row of <math.h>. */
static bool becomes_math(Inliner *in, Op *op, const char *name)
{
    Type *t = NULL;
    OpCode code = math_find(name, &t);
    int n = op->nargs - 1;
    if (code == OP_COUNT || !t || op_info[code].arity != n || math_nresults(code) != 1 || op->nresults != 1 ||
        op->results[0]->type != math_result_type(code, 0, t))
        return false;
    for (int k = 0; k < n; k++)
        if (op->args[k + 1]->type != math_operand_type(code, k, t))
            return false;
    Builder b = before_op(op);
    Op *row = build_math(&b, code, t, op->args + 1);
    row->results[0]->var = op->results[0]->var;
    ptrmap_put(&in->results, op->results[0], row->results[0]);
    op_remove(op);
    return true;
}

/* CALLPTR whose target is known becomes CALL. False: the op is gone. */
static bool resolve_target(Inliner *in, Op *op)
{
    Op *address = known_function(in, op->args[0]);
    if (!address)
        return true;
    Fn *f = address->callee;
    const char *name = f ? f->name : address->text;
    if ((!f || !f->has_body) && becomes_math(in, op, name))
        return false;
    if (f && !call_fits(op, 1, f))
        return true;
    op->code = OP_CALL;
    op->callee = f;
    op->text = f ? NULL : address->text;
    if (!f)
        op->of = op->nresults ? op->results[0]->type : type_void();
    op_set_args(op, op->args + 1, op->nargs - 1);
    return true;
}

/* ---------------------------------------------------------------------- expansion */

static size_t region_size(const Region *r)
{
    size_t n = 0;
    for (const Op *op = r->first; op; op = op_next(op)) {
        n++;
        for (int i = 0; i < op->nregions; i++)
            n += region_size(op->regions[i]);
    }
    return n;
}

static void count_ops(Inliner *in, const Fn *callee, Loc call)
{
    size_t *size = ptrmap_get(&in->sizes, callee);
    if (!size) {
        size = arena_alloc(in->arena, sizeof *size);
        *size = region_size(callee->body);
        ptrmap_put(&in->sizes, callee, size);
    }
    in->nops += *size;
    if (in->nops > MAX_OPS)
        limit_exceeded(call,
                       "with the functions it calls, '%s' has more than %d operations: mark functions that carry no derivative "
                       "AD_INACTIVE, or give a large one its own derivative with AD_CUSTOM_VJP",
                       in->root->name, MAX_OPS);
}

static void take_locals(Inliner *in, const Fn *callee)
{
    if (ptrmap_get(&in->named, callee))
        return;
    ptrmap_put(&in->named, callee, in);
    for (size_t i = 0; i < callee->locals.n; i++)
        ptrs_push(&in->root->locals, callee->locals.at[i]);
}

static bool is_recursive(Inliner *in, Fn *fn)
{
    Fn *known = ptrmap_get(&in->recursive, fn);
    if (!known) {
        known = calls_itself(fn) ? fn : in->root; /* the root is asked about as its original */
        ptrmap_put(&in->recursive, fn, known);
    }
    return known == fn;
}

/* The call stays one, for differentiation of the callee's prepared form. */
static void stays_recursive(Inliner *in, Op *op, const Frame *f)
{
    if (!call_fits(op, 0, op->callee) || op->callee->is_variadic)
        report_recursion(in, op, f);
    else if (in->choose && in->mode != MODE_HVP)
        recursion_call(op, in->mode);
}

/* Is the call to be expanded? Reports what keeps it from being so though it must be. */
static bool wants_expansion(Inliner *in, Op *op, const Frame *f)
{
    Fn *callee = op->callee;
    if (!callee || callee->is_inactive || callee->recursion || (callee->custom_vjp && in->keep_vjp) || (callee->custom_jvp && in->keep_jvp))
        return false;
    if (callee->unsupported.what && !callee->takes_varargs) {
        report_unsupported(in, callee, op->loc, f, false);
        return false;
    }
    if (!callee->has_body)
        return false;
    if (is_recursive(in, callee)) {
        stays_recursive(in, op, f);
        return false;
    }
    if (in_chain(f, callee)) {
        report_recursion(in, op, f);
        return false;
    }
    if (!call_fits(op, 0, callee)) {
        diag_error(op->loc, "the arguments do not fit the definition of '%s': declare it with its prototype before this call",
                   callee->name);
        return false;
    }
    if (f->depth >= MAX_CHAIN)
        limit_exceeded(op->loc, "calls nested more than %d deep", MAX_CHAIN);
    return true;
}

static void expand_range(Inliner *in, Op *from, const Op *end, const Frame *f);

/* Replaces the call by its callee's body, whose own calls are expanded in turn. */
static void expand_call(Inliner *in, Op *op, const Frame *f)
{
    const Fn *callee = op->callee;
    count_ops(in, callee, op->loc);
    take_locals(in, callee);
    PtrMap map = {.arena = arena_new()};
    for (int i = 0; i < callee->body->nargs; i++)
        ptrmap_put(&map, callee->body->args[i], op->args[i]);
    Region *r = op->parent;
    Op *before = op->prev;
    Builder b = before_op(op);
    clone_ops(&b, callee->body, &map, true);
    if (op->shared)
        share_ops(before ? before->next : r->first, op, false);
    Frame inner = {callee, f, f->depth + 1, f->extra, f->nextra};
    if (callee->is_variadic) {
        inner.extra = op->args + callee->nparams;
        inner.nextra = op->nargs - callee->nparams;
    }
    if (callee->takes_varargs)
        expand_varargs(before ? before->next : r->first, op, inner.extra, inner.nextra, &in->results);
    const Op *yield = region_terminator(callee->body);
    if (op->nresults) {
        if (!yield || yield->nargs != 1)
            ICE("function '%s' yields no value", callee->name);
        Value *value = ptrmap_get(&map, yield->args[0]);
        ptrmap_put(&in->results, op->results[0], value);
        if (value->def && !value->var)
            value->var = op->results[0]->var;
    }
    arena_free(map.arena);
    expand_range(in, before ? before->next : r->first, op, &inner);
    op_remove(op);
}

static bool leads_back(Inliner *in, const Fn *fn, const Frame *f, Ptrs *seen);

typedef struct {
    Inliner *in;
    const Frame *frame;
    Ptrs *seen;
    bool found;
} CallsBack;

static void find_call_back(Op *op, void *ctx)
{
    CallsBack *c = ctx;
    if (op->code == OP_CALL && op->callee && !c->found)
        c->found = leads_back(c->in, op->callee, c->frame, c->seen);
}

/* Does fn call, by name, a function that is being expanded? */
static bool leads_back(Inliner *in, const Fn *fn, const Frame *f, Ptrs *seen)
{
    if (in_chain(f, fn))
        return true;
    if (!fn->has_body || ptrs_has(seen, fn))
        return false;
    ptrs_push(seen, (Fn *)(uintptr_t)fn);
    CallsBack c = {in, f, seen, false};
    walk_ops(fn->body, find_call_back, &c);
    return c.found;
}

/* A candidate that would be recursive, or is not supported, ends the program if it is met. */
static bool may_call(void *ctx, const Fn *fn)
{
    const CallsBack *c = ctx;
    Ptrs seen = {.arena = c->in->arena};
    return (!fn->unsupported.what || fn->takes_varargs) && !leads_back(c->in, fn, c->frame, &seen);
}

/* A call of one of several functions: each is expanded. */
static void expand_choice(Inliner *in, Op *op, const Frame *f)
{
    Region *r = op->parent;
    Op *before = op->prev, *after = op->next;
    CallsBack c = {in, f, NULL, false};
    if (!choose_target(in->root, op, &in->results, may_call, &c))
        return;
    Op *first = before ? before->next : r->first;
    if (first != op)
        expand_range(in, first, after, f);
}

static void visit(Inliner *in, Op *op, const Frame *f)
{
    if (in->results.n)
        for (int i = 0; i < op->nargs; i++)
            op->args[i] = map_value(&in->results, op->args[i]);
    if (op->code == OP_CALLPTR && !resolve_target(in, op))
        return;
    if (op->code == OP_CALL && wants_expansion(in, op, f)) {
        expand_call(in, op, f);
        return;
    }
    if (op->code == OP_CALLPTR && in->choose) {
        expand_choice(in, op, f);
        return;
    }
    for (int i = 0; i < op->nregions; i++)
        expand_range(in, op->regions[i]->first, NULL, f);
}

/* The ops from `from` up to, not including, `end` of one region. */
static void expand_range(Inliner *in, Op *from, const Op *end, const Frame *f)
{
    for (Op *op = from, *next; op && op != end; op = next) {
        next = op->next;
        visit(in, op, f);
    }
}

static bool expand_all(Fn *root, bool keep_vjp, bool keep_jvp, bool choose, Mode mode)
{
    Arena *a = arena_new();
    Inliner in = {.root = root,
                  .arena = a,
                  .results.arena = a,
                  .sizes.arena = a,
                  .locals.arena = a,
                  .reported.arena = a,
                  .recursive.arena = a,
                  .named.arena = a,
                  .keep_vjp = keep_vjp,
                  .keep_jvp = keep_jvp,
                  .choose = choose,
                  .mode = mode};
    int errors = diag_error_count();
    Frame top = {.fn = root};
    if (root->unsupported.what) {
        report_unsupported(&in, root, root->loc, &top, true);
    } else if (root->has_body) {
        in.nops = region_size(root->body);
        ptrmap_put(&in.named, root, &in);
        expand_range(&in, root->body->first, NULL, &top);
    }
    arena_free(a);
    return diag_error_count() == errors;
}

bool inline_calls(Fn *root)
{
    return expand_all(root, true, true, false, MODE_VJP);
}

bool inline_calls_for(Fn *root, Mode mode)
{
    return expand_all(root, mode != MODE_JVP && mode != MODE_HVP, mode == MODE_JVP, true, mode); /* no custom derivative is a second one */
}
