/* activity_check.c: where a derivative would be lost. Every error names the line and a way out. */
#include "analysis.h"
#include "derivative.h"

#include <string.h>

/* ------------------------------------------------------------------ memory that would need a shadow the SPEC does not give */

typedef struct {
    const Activity *a;
    int obj;
    const Op *write, *read; /* first varied store, first useful load after it (or any) */
} Carrier;

static void find_custom_access(Carrier *c, const Op *call)
{
    for (int k = 0; k < call->nargs; k++) {
        if (call->args[k]->type->kind != TY_PTR || !intset_has(mem_points_to(c->a->m, call->args[k]), c->obj))
            continue;
        if (custom_may_write(call, k) && !c->write)
            c->write = call;
        if (!c->read || (c->write && mem_position(c->a->m, c->read) < mem_position(c->a->m, c->write)))
            c->read = call;
    }
}

static void find_recursive_access(Carrier *c, const Op *call)
{
    const MemInfo *m = c->a->m;
    IntSet written = recursion_written(m, call);
    if (intset_has(&written, c->obj) && !c->write)
        c->write = call;
    for (int k = 0; k < call->nargs; k++) {
        IntSet all = call->args[k]->type->kind == TY_PTR ? mem_reachable(m, call->args[k]) : (IntSet){0};
        if (intset_has(&all, c->obj) && (!c->read || (c->write && mem_position(m, c->read) < mem_position(m, c->write))))
            c->read = call;
    }
}

static void find_accesses(Op *op, void *ctx)
{
    Carrier *c = ctx;
    const Activity *a = c->a;
    if (call_has_derivative(op, a->rq->mode))
        find_custom_access(c, op);
    if (is_recursion(op))
        find_recursive_access(c, op);
    if (op->code == OP_STORE && !c->write && active_value(a, op->args[1]) && intset_has(mem_points_to(a->m, op->args[0]), c->obj))
        c->write = op;
    if (op->code == OP_LOAD && active_value(a, op->results[0]) && intset_has(mem_points_to(a->m, op->args[0]), c->obj))
        if (!c->read || (c->write && mem_position(a->m, c->read) < mem_position(a->m, c->write)))
            c->read = op;
}

static void put_names(Str *s, const char *before, const Ptrs *names, const char *extra)
{
    if (names->n == 0 && !extra)
        return;
    str_put(s, before);
    for (size_t i = 0; i < names->n; i++)
        str_fmt(s, "%s%s", i ? ", " : "", (const char *)names->at[i]);
    if (extra)
        str_fmt(s, "%s%s", names->n ? ", " : "", extra);
}

/* The SPEC with `name` listed as scratch. */
static const char *spec_with_scratch(const Request *rq, Arena *arena, const char *name)
{
    Str s = {.arena = arena};
    str_fmt(&s, "%s(", rq->fn_name);
    put_names(&s, "", &rq->indep, rq->bare ? "..." : NULL);
    put_names(&s, " -> ", &rq->dep, NULL);
    put_names(&s, "; ", &rq->scratch, name);
    str_put(&s, ")");
    return s.s;
}

static void report_carrier(const Activity *a, int obj, const Carrier *c)
{
    const Var *root = activity_root(a, obj);
    Loc write = c->write ? c->write->loc : a->fn->loc, read = c->read ? c->read->loc : a->fn->loc;
    if (!root && c->write && is_recursion(c->write)) {
        diag_error(write,
                   "the recursive function '%s' hands on memory that adgen cannot tell apart from any other, and it carries derivatives; "
                   "allocate it outside of it",
                   c->write->callee->name);
        diag_note(read, "it is read here");
        return;
    }
    if (!root) {
        diag_error(write, "this write carries a derivative into memory that adgen cannot tell apart from any other");
        diag_note(read, "it is read here; pass the memory as a parameter that the SPEC names");
        return;
    }
    diag_error(write, "'%s' carries derivatives from this write to a later read, but SPEC '%s' does not name it", root->name,
               a->rq->text);
    diag_note(read, "it is read here");
    if (root->owner && !root->is_param) {
        diag_note(root->loc, "a static variable of a function cannot be named: allocate the memory in each call, or pass it as a parameter");
        return;
    }
    Loc close = a->rq->loc; /* of the annotation */
    bool found = !a->rq->bare && diag_find_close(&close);
    diag_note(found ? close : read, "name it as scratch: '%s'", spec_with_scratch(a->rq, a->fn->arena, root->name));
    if (found)
        diag_fix(close, 0, arena_printf(a->fn->arena, "%s %s", a->rq->scratch.n ? "," : ";", root->name));
}

/* A by-value struct is the function's own copy: it gets a local shadow. */
static bool is_own_copy(const Activity *a, int obj)
{
    return a->m->objects[obj].kind == OBJ_PARAM && a->m->objects[obj].own;
}

static void check_objects(const Activity *a)
{
    for (int i = 0; i < a->nobjects; i++) {
        if (!active_object(a, i) || activity_has_shadow(a, i) || is_own_copy(a, i))
            continue;
        Carrier c = {.a = a, .obj = i};
        walk_ops(a->fn->body, find_accesses, &c);
        if (c.write && c.read) {
            report_carrier(a, i, &c);
            return; /* one is enough: the others are often the same memory */
        }
    }
}

/* ------------------------------------------------------------------ calls */

static const char *callee_name(const Op *op)
{
    if (op->code == OP_CALLPTR)
        return "a function pointer";
    return op->text ? op->text : op->callee->name;
}

/* Text behind `...` is read: say("%s", s->name). */
static bool is_const_pointer_param(const Op *op, int k)
{
    bool extra = op->callee && op->callee->is_variadic && k >= op->callee->nparams && k < op->nargs;
    const Type *t = extra ? op->args[k]->type : op->callee && k < op->callee->nparams ? op->callee->params[k]->type : NULL;
    bool text = extra && t->kind == TY_PTR && t->elem->kind == TY_CHAR;
    return t && t->kind == TY_PTR && (t->elem_const || text);
}

static void refuse_write(const Op *op)
{
    diag_error(op->loc, "'%s' may write memory that carries derivatives, and adgen cannot tell how much of it", callee_name(op));
    diag_note(op->loc, "let it write an array of its own and copy that, or declare AD_CUSTOM_VJP for it");
}

/* memset(s->count, 0, sizeof s->count), strtod(s->next, &s->next) where s has numbers too. */
static bool writes_no_number(const Op *op, int i, const KnownCall *known)
{
    return known && place_of(op->args[i]) == PLACE_OTHER;
}

/* Known and AD_INACTIVE callees: nothing but writes to active memory matters. */
static void check_inactive_call(const Activity *a, const Op *op, const KnownCall *known)
{
    for (int i = 0; i < op->nargs; i++) {
        bool writes = known ? call_writes_arg(op, known, i) : !is_const_pointer_param(op, i);
        if (op->args[i]->type->kind == TY_PTR && writes && active_pointer(a, op->args[i]) && !writes_no_number(op, i, known)) {
            refuse_write(op);
            return;
        }
    }
}

/* Memory behind pointers in memory: no derivative of the user's is given its shadow in a way that adgen could check. */
static bool inner_is_varied(const Activity *a, const Value *arg)
{
    const IntSet *outer = mem_points_to(a->m, arg);
    IntSet all = mem_reachable(a->m, arg);
    for (int i = 0; i < all.n && type_has_pointers(arg->type->elem); i++)
        if (a->object_varied[all.at[i]] && !intset_has(outer, all.at[i]))
            return true;
    for (int i = 0; i < outer->n; i++) /* what is inside a listed argument is listed */
        if (type_has_pointers(arg->type->elem) && a->listed[outer->at[i]])
            return true;
    return false;
}

/* What the derivative of a function is not given cannot be propagated. */
static void check_custom_call(const Activity *a, const Op *op)
{
    custom_check_carriers(a, op);
    for (int k = 0; k < op->nargs && k < op->callee->nparams; k++) {
        const Value *arg = op->args[k];
        const Var *param = op->callee->params[k];
        const char *name = param->name ? param->name : "an argument";
        if (arg->type->kind != TY_PTR)
            continue;
        bool shadow = custom_has_shadow(op->callee, k);
        if (shadow && inner_is_varied(a, arg)) {
            diag_error(
                op->loc,
                "'%s' of '%s' holds pointers to data that carries derivatives, which a custom derivative cannot be given yet", name,
                callee_name(op));
            diag_note(op->loc, "pass the arrays themselves");
        } else if (!shadow && param->is_inactive && custom_may_write(op, k) && active_pointer(a, arg)) {
            refuse_write(op);
        } else if (!shadow && !param->is_inactive && active_pointer(a, arg)) {
            diag_error(op->loc, "'%s' of '%s' has no derivative in its custom one, but what is passed carries derivatives", name,
                       callee_name(op));
            diag_note(param->loc, "declare it as a pointer to floating data, or AD_INACTIVE");
        }
    }
}

static bool reaches(const Activity *a, const Value *pointer, const bool *set)
{
    IntSet all = mem_reachable(a->m, pointer);
    for (int i = 0; i < all.n; i++)
        if (set[all.at[i]])
            return true;
    return false;
}

/* Does what the function returns, or may write, matter? (Nothing says what it is computed from: no analysis marks it as varied.) */
static bool result_matters(const Activity *a, const Op *op)
{
    if (op->nresults && op->results[0]->type->kind == TY_PTR ? reaches(a, op->results[0], a->object_useful)
                                                             : op->nresults && a->useful[op->results[0]->id])
        return true;
    for (int i = 0; i < op->nargs; i++)
        if (op->args[i]->type->kind == TY_PTR && !is_const_pointer_param(op, i) && reaches(a, op->args[i], a->object_useful))
            return true;
    return false;
}

static void refuse_body(const Op *op)
{
    diag_error(op->loc,
               "cannot differentiate through call of '%s': its body is not in the given files; give its source file too, "
               "declare AD_CUSTOM_VJP, or AD_INACTIVE",
               callee_name(op));
}

/* Another file's function may use the variables that it can name. */
static void check_globals_of_call(const Activity *a, const Op *op, bool matters)
{
    for (int i = 0; i < a->nobjects; i++) {
        const Op *global = a->m->objects[i].kind == OBJ_GLOBAL ? a->m->objects[i].op : NULL;
        if (!global || !global->var || global->var->is_static || !a->object_varied[i] || !(matters || a->object_useful[i]))
            continue;
        refuse_body(op);
        diag_note(global->loc, "it may use '%s', which carries derivatives", global->var->name);
        return;
    }
}

static void check_unknown_call(const Activity *a, const Op *op)
{
    bool matters = result_matters(a, op);
    for (int i = 0; i < op->nargs; i++) {
        const Value *arg = op->args[i];
        bool carries = arg->type->kind != TY_PTR ? a->varied[arg->id]
                                                 : active_pointer(a, arg) || (matters && reaches(a, arg, a->object_varied));
        if (!carries)
            continue;
        bool other_mode = op->code == OP_CALL && op->callee && (op->callee->custom_vjp || op->callee->custom_jvp);
        if (other_mode && op->callee->has_body) /* else it would have been expanded */
            diag_error(op->loc, "second derivatives through '%s', which has a custom one, are not supported yet", callee_name(op));
        else if (other_mode)
            diag_error(op->loc, "'%s' has no %s and its body is not in the given files: cannot differentiate through this call",
                       callee_name(op), a->rq->mode == MODE_JVP ? "AD_CUSTOM_JVP" : "AD_CUSTOM_VJP");
        else if (op->code == OP_CALL && op->callee && op->callee->has_body)
            diag_error(op->loc, "second derivatives through the recursive function '%s' are not supported yet; write it as a loop",
                       callee_name(op));
        else if (op->code == OP_CALLPTR)
            diag_error(op->loc,
                       "cannot differentiate through this call of a function pointer: no function in the given files fits");
        else
            refuse_body(op);
        return;
    }
    if (op->code == OP_CALL && !(op->callee && op->callee->has_body))
        check_globals_of_call(a, op, matters);
}

static void check_call(const Activity *a, const Op *op)
{
    const KnownCall *known = known_call(op);
    bool inactive = op->code == OP_CALL && op->callee && op->callee->is_inactive;
    bool custom = custom_derivative(op, a->rq->mode) != NULL;
    if (custom)
        check_custom_call(a, op);
    else if (is_recursion(op))
        return; /* recursion.c says what it cannot follow */
    else if (library_rules(op))
        return;
    else if (known || inactive)
        check_inactive_call(a, op, known);
    else
        check_unknown_call(a, op);
}

/* ------------------------------------------------------------------ floating data seen as something else */

bool is_seen_as_other(const Value *addr)
{
    int64_t at = 0, i; /* from the part of the object that v is at; -1: not known */
    for (const Value *v = addr; v->def; v = v->def->args[0]) {
        const Op *op = v->def;
        const Type *outer = op->nargs ? op->args[0]->type->elem : NULL;
        if (op->code == OP_FIELD && at >= 0)
            at += outer->fields[op->ival].offset_bits / 8;
        if (op->code == OP_INDEX)
            at = at >= 0 && op->nargs == 2 && value_int(op->args[1], &i) && i >= 0 ? at + i * outer->size : -1;
        if (op->code == OP_FIELD && outer->is_union &&
            (at >= 0 ? type_has_float_at(outer, at, addr->type->elem->size) : type_has_float(outer)))
            return true;
        if (op->code == OP_PTRCAST && type_is_differentiable(op->args[0]->type->elem))
            return true;
        if (op->code != OP_FIELD && op->code != OP_INDEX && op->code != OP_DECAY && op->code != OP_PTRCAST)
            return false;
    }
    return false;
}

static void check_bits(const Activity *a, const Op *op)
{
    const Type *t = op->code == OP_LOAD ? op->results[0]->type : op->args[1]->type;
    if (!type_is_int(t) || t->size < 2 || !active_pointer(a, op->args[0]) || !is_seen_as_other(op->args[0]) || is_beside_number(a->m, op))
        return;
    diag_error(op->loc, "this %s the bits of floating data that carries derivatives as '%s': the derivative cannot follow",
               op->code == OP_LOAD ? "reads" : "writes", type_spelling(t));
    diag_note(op->loc, "use <math.h> (copysign, frexp, ldexp), or put it into a function that is AD_INACTIVE or has AD_CUSTOM_VJP%s",
              is_in_union(op) ? "; in a tagged union, test the tag in front of it" : "");
}

/* ------------------------------------------------------------------ addresses that variables hold on entry */

typedef struct {
    const Var *holder, *held;
    bool found;
} Assignment;

static void find_assignment(Op *op, void *ctx)
{
    Assignment *s = ctx;
    if (op->code == OP_STORE && global_at(op->args[0]) == s->holder && global_at(op->args[1]) == s->held)
        s->found = true;
}

/* Its derivative starts as 0, and would not lead where the variable leads. */
static bool report_held(const Activity *a, const Op *load, const Var *holder, const Var *held)
{
    Assignment s = {holder, held, false};
    walk_ops(a->fn->body, find_assignment, &s);
    if (s.found || !global_may_hold(a->fn->program, holder, held, true))
        return false;
    diag_error(load->loc, "'%s' may hold the address of '%s' on entry: cannot follow the derivative through this pointer", holder->name,
               held->name);
    diag_note(holder->loc, "declare it const, assign the address in '%s', or use '%s' by its name", a->rq->fn_name, held->name);
    return true;
}

typedef struct {
    const Activity *a;
    bool said; /* once is enough */
    Ptrs named;
} Entry;

/* static double pool[9], *next = pool;   *next++ = x * x; ... pool[0] */
static void check_held(Op *load, void *ctx)
{
    Entry *e = ctx;
    const Activity *a = e->a;
    const Value *p = load->nresults ? load->results[0] : NULL;
    if (e->said || load->code != OP_LOAD || p->type->kind != TY_PTR || !active_pointer(a, p))
        return;
    const IntSet *objs = mem_points_to(a->m, p);
    for (int i = 0; i < objs->n; i++) {
        const Var *holder = a->m->objects[objs->at[i]].kind == OBJ_POINTEE ? activity_root(a, objs->at[i]) : NULL;
        for (int k = 0; k < objs->n && holder && holder->is_global && !e->said; k++) {
            const MemObject *o = &a->m->objects[objs->at[k]];
            bool both = a->listed[objs->at[i]] && a->listed[objs->at[k]];
            bool active = o->kind == OBJ_GLOBAL && o->op->var && o->op->var != holder && active_object(a, objs->at[k]);
            e->said = active && !both && report_held(a, load, holder, o->op->var);
        }
    }
}

static void find_global(Op *op, void *ctx)
{
    Assignment *s = ctx;
    if (op->code == OP_GLOBAL && op->var == s->held)
        s->found = true;
}

/* Those of the SPEC; the bodies of a recursion have none of their own: those of all. */
static Ptrs named_variables(const Activity *a)
{
    const Program *p = a->fn->program;
    Ptrs named = {.arena = a->fn->arena};
    bool own = ptrs_has(&p->requests, a->rq);
    for (size_t i = 0; i < (own ? 1 : p->requests.n); i++) {
        const Request *rq = own ? a->rq : p->requests.at[i];
        for (size_t k = 0; k < rq->global_vars.n; k++)
            ptrs_push(&named, rq->global_vars.at[k]);
    }
    return named;
}

/* May numbers be read through it? Bytes beside an address are a text. */
static bool may_lead_to_numbers(const Type *t, const Type *holder)
{
    while (holder->kind == TY_ARRAY)
        holder = holder->elem;
    return t->kind == TY_PTR && (type_reaches_float(t) || t->elem->kind == TY_VOID ||
                                 (type_is_int(t->elem) && t->elem->size == 1 && holder->kind != TY_RECORD));
}

/* The same of variables of the SPEC that the function never names:   double w[9], *cur = w;   ... cur[0] ... */
static void check_unnamed(Op *load, void *ctx)
{
    Entry *e = ctx;
    const Activity *a = e->a;
    const Value *p = load->nresults ? load->results[0] : NULL;
    if (e->said || load->code != OP_LOAD || p->type->kind != TY_PTR)
        return;
    const IntSet *objs = mem_points_to(a->m, p);
    for (int i = 0; i < objs->n && !e->said; i++) {
        const Var *holder = a->m->objects[objs->at[i]].kind == OBJ_POINTEE ? activity_root(a, objs->at[i]) : NULL;
        if (!holder || !holder->is_global || holder->is_inactive || ptrs_has(&e->named, holder) ||
            !may_lead_to_numbers(p->type, holder->type))
            continue;
        for (size_t k = 0; k < e->named.n && !e->said; k++) {
            Assignment s = {holder, e->named.at[k], false};
            walk_ops(a->fn->body, find_global, &s);
            e->said = !s.found && report_held(a, load, holder, s.held);
        }
    }
}

static void check_op(Op *op, void *ctx)
{
    const Activity *a = ctx;
    if (op->code == OP_CALL || op->code == OP_CALLPTR)
        check_call(a, op);
    else if (op->code == OP_LOAD || op->code == OP_STORE)
        check_bits(a, op);
}

void activity_check(Activity *a)
{
    walk_ops(a->fn->body, check_op, a);
    objective_check(a->fn, a->m, a->rq);
    activity_bytes(a);
    Entry e = {a, false, named_variables(a)};
    walk_ops(a->fn->body, check_held, &e);
    if (e.named.n > 0)
        walk_ops(a->fn->body, check_unnamed, &e);
    if (!e.said)
        check_objects(a);
}
