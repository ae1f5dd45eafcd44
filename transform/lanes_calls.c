/* lanes_calls.c: calls of functions that take one direction, the user's own derivatives and those of BLAS and LAPACK, become K of them.
 *
 *   sq_vjp(x, c, &d_x, &d_c, d);     ->   for (long k = 0; k < K; k++) sq_vjp(x, c, &d_x[k], &d_c[k], d[k]);
 *
 * Of arrays, one direction's numbers are copied together before each call, and back after it (runtime/lanes.c), which also restores
 * what the function overwrites of the primal's memory. custom.c says how long they are, by a call just before:
 *
 *   ad_lane_lengths(nprimal, length of argument 0, ...)    -1: not known
 *
 * and for those of a library their rules (library_rules.c). */
#include "analysis.h"
#include "derivative.h"
#include "lanes.h"

#include <string.h>

static bool is_lengths(const Op *op)
{
    return op->code == OP_CALL && op->text && !strcmp(op->text, "ad_lane_lengths");
}

void note_lengths(Builder *b, Value **lengths, int n, int nprimal)
{
    Value **args = arena_alloc(b->fn->arena, sizeof *args * (size_t)(n + 1));
    args[0] = build_int(b, type_scalar(TY_LONG), nprimal);
    for (int i = 0; i < n; i++)
        args[i + 1] = lengths[i] ? build_cast(b, lengths[i], type_scalar(TY_LONG)) : build_int(b, type_scalar(TY_LONG), -1);
    Op *op = op_build(b, OP_CALL, args, n + 1, 0);
    op->text = "ad_lane_lengths";
    op->of = type_void();
}

/* NULL: the call is not one of these. */
static const Op *lengths_of(const Op *call)
{
    if (call->code != OP_CALL || !call->callee)
        return NULL;
    for (const Op *op = call->prev; op && !(op->code == OP_CALL && op->callee); op = op->prev)
        if (is_lengths(op))
            return op;
    return NULL;
}

static int first_shadow(const Op *lengths)
{
    return (int)lengths->args[0]->def->ival;
}

static const Fn *prototype_of(const Op *call)
{
    const Library *lib = library_call(call);
    return lib ? lib->proto : call->callee;
}

/* What the callee declares argument i as; NULL: the place of a record result. */
static const Type *declared(const Op *call, int i)
{
    const Fn *f = prototype_of(call);
    return i < f->nparams ? f->params[i]->type : NULL;
}

/* Is argument i a pointer to derivatives? lengths: NULL for a library's function, where all numbers may be some. */
static bool is_shadow(const Op *call, const Op *lengths, int i)
{
    const Value *p = call->args[i];
    bool pointer = declared(call, i) && p->type->kind == TY_PTR && !(p->def && p->def->code == OP_NULLPTR);
    if (lengths)
        return pointer && i >= first_shadow(lengths);
    return pointer && declared(call, i)->kind == TY_PTR && type_is_float(declared(call, i)->elem);
}

/* Parameters as they arrive: arrays as pointers. */
static Type *arrives(const Type *t)
{
    return t->kind == TY_ARRAY ? type_ptr_q(t->elem, t->elem_const, false) : (Type *)(uintptr_t)t;
}

/* May the callee overwrite what the primal's argument i points to? */
static bool is_overwritten(const Op *call, const Op *lengths, int i)
{
    const Type *t = declared(call, i);
    bool pointer = t && call->args[i]->type->kind == TY_PTR && !(call->args[i]->def && call->args[i]->def->code == OP_NULLPTR);
    return lengths && i < first_shadow(lengths) && pointer && (t->kind == TY_ARRAY || t->kind == TY_PTR) && !t->elem_const && t->elem->kind != TY_FUNC;
}

static const Value *length(const Op *lengths, int i)
{
    return lengths->args[i + 1];
}

static bool has_any(const Lanes *l, const Op *call)
{
    for (int i = 0; i < call->nargs; i++)
        if (is_lane(l, call->args[i]) || points_to_lanes(l, call->args[i]))
            return true;
    return false;
}

bool lanes_is_single(const Lanes *l, const Op *call)
{
    return l->k > 0 && (lengths_of(call) || library_call(call)) && has_any(l, call);
}

void lanes_find_single(Lanes *l, const Op *call, void (*mark)(Lanes *l, const Value *p))
{
    const Op *lengths = lengths_of(call);
    bool library = library_call(call) != NULL;
    for (int i = 0; i < call->nargs; i++)
        if (is_shadow(call, lengths, i) && !(library && declared(call, i)->elem_const))
            mark(l, call->args[i]);
}

bool lanes_takes_sets(const Lanes *l, const Op *call)
{
    return l->k == SETS_IN_PLACE && (lengths_of(call) || library_call(call)) && has_any(l, call);
}

bool lanes_gives_lane(const Lanes *l, const Op *call)
{
    bool number = call->code == OP_CALL && call->nresults && type_is_float(call->results[0]->type) && library_call(call);
    return number && (lanes_is_single(l, call) || lanes_takes_sets(l, call));
}

/* One element in memory of the function's own: it is handed on where it is. */
static bool is_in_place(const Lanes *l, const Op *call, const Op *lengths, int i)
{
    const int *objs;
    const Value *p = call->args[i];
    if (declared(call, i)->kind == TY_RECORD)
        return true;
    if (!lengths || !value_is(length(lengths, i), 1) || arrives(declared(call, i))->elem->kind == TY_ARRAY)
        return false;
    int n = mem_objects(l->mem, p, &objs);
    bool own = n > 0;
    for (int k = 0; k < n; k++)
        own = own && mem_object_kind(l->mem, objs[k]) == OBJ_LOCAL;
    return own;
}

/* What a library's function writes beside derivatives, each direction would write again: no rule has it so. */
static const char *why_not_library(const Lanes *l, const Op *call)
{
    const char *name = prototype_of(call)->name;
    for (int i = 0; i < call->nargs; i++) {
        const Type *t = declared(call, i);
        bool lanes = points_to_lanes(l, call->args[i]);
        if (t->kind == TY_PTR && !t->elem_const && !lanes)
            return arena_printf(l->fn->arena, "'%s' would have to take several", name);
        if (lanes && pass_options.tape != TAPE_HEAP)
            return arena_printf(l->fn->arena, "'%s' takes one direction, and copying that together takes a heap", name);
    }
    return NULL;
}

const char *lanes_why_not_single(const Lanes *l, const Op *call)
{
    Arena *a = l->fn->arena;
    const Op *lengths = lengths_of(call);
    if (library_call(call))
        return why_not_library(l, call);
    const char *name = call->callee->name;
    if (habits_of(a, call->callee).write)
        return arena_printf(a, "'%s' has effects, which each direction would repeat", name);
    for (int i = 0; i < call->nargs && declared(call, i); i++) {
        bool shadow = is_shadow(call, lengths, i) && points_to_lanes(l, call->args[i]);
        const Var *param = call->callee->params[i];
        if (!shadow && !is_overwritten(call, lengths, i))
            continue;
        if (value_is(length(lengths, i), -1))
            return arena_printf(a, "'%s' takes one direction, and the length of its '%s' is not known (declare it with AD_LEN)", name,
                                param->name ? param->name : "argument");
        if (type_has_pointers(call->args[i]->type->elem))
            return arena_printf(a, "'%s' takes one direction, and there are pointers in its '%s'", name, param->name ? param->name : "argument");
        if (pass_options.tape != TAPE_HEAP && !(shadow && is_in_place(l, call, lengths, i)))
            return arena_printf(a, "'%s' takes one direction, and copying that together takes a heap", name);
    }
    return NULL;
}

/* ---------------------------------------------------------------------- the loop */

typedef struct {
    Lanes *l;
    Op *call;
    const Op *lengths;
    Value *copies; /* ad_lanes *; NULL: none are needed */
    int *number;   /* by argument: of its copy; -1: none */
} Single;

static Value *build_text_call(Builder *b, const char *name, Type *t, Value **args, int n)
{
    bool none = t->kind == TY_VOID;
    Op *op = op_build(b, OP_CALL, args, n, none ? 0 : 1);
    op->text = name;
    op->of = t;
    if (!none)
        op->results[0]->type = t;
    return none ? NULL : op->results[0];
}

/* A small number, which C converts. */
static Value *build_small(Builder *b, int64_t n)
{
    return build_int(b, type_scalar(TY_INT), n);
}

static Value *copies_of(Single *s, Builder *b)
{
    if (s->copies)
        return s->copies;
    Type *t = type_ptr(type_opaque("ad_lanes"));
    Value *k = build_small(b, s->l->k);
    s->copies = build_text_call(b, "ad_lanes_new", t, &k, 1);
    s->copies->var = var_named(s->l->fn, t, "", NULL, "lanes");
    return s->copies;
}

/* What n elements behind argument i are: so many of these. */
static Value *count_units(Builder *b, const Single *s, int i, const Type **unit)
{
    int64_t row = 1;
    *unit = arrives(declared(s->call, i))->elem;
    for (; (*unit)->kind == TY_ARRAY; *unit = (*unit)->elem)
        row *= (*unit)->count;
    int64_t known;
    Value *n = s->lengths ? (Value *)(uintptr_t)length(s->lengths, i) : library_extent(b, s->call, i);
    if (value_int(n, &known) && known * row < INT32_MAX)
        return build_small(b, known * row);
    return row > 1 ? build_bin(b, OP_MUL, n, build_int(b, n->type, row)) : n;
}

static Value *size_of(Builder *b, const Type *t)
{
    Op *size = op_build(b, OP_SIZEOF, NULL, 0, 1);
    size->of = (Type *)(uintptr_t)t;
    size->results[0]->type = type_scalar(TY_ULONG);
    return size->results[0];
}

/* Before the loop: what is copied, and what is kept. */
static void note_memory(Single *s, Builder *b)
{
    int numbers = 0;
    Type *any = type_ptr(type_void()), *any_const = type_ptr_q(type_void(), true, false);
    for (int i = 0; i < s->call->nargs && declared(s->call, i); i++) {
        Value *p = s->call->args[i];
        const Type *unit;
        bool shadow = is_shadow(s->call, s->lengths, i) && points_to_lanes(s->l, p);
        s->number[i] = -1;
        if (shadow ? is_in_place(s->l, s->call, s->lengths, i) || s->l->form[p->id] == FORM_RECORD : !is_overwritten(s->call, s->lengths, i))
            continue;
        Value *copies = copies_of(s, b), *n = count_units(b, s, i, &unit), *size = size_of(b, unit);
        Value *at = build_ptrcast(b, p, shadow ? any_const : any);
        if (!shadow) {
            build_text_call(b, "ad_lanes_keep", type_void(), (Value *[]){copies, at, n, size}, 4);
            continue;
        }
        bool written = !arrives(declared(s->call, i))->elem_const;
        build_text_call(b, "ad_lanes_add", type_void(), (Value *[]){copies, at, n, size, build_small(b, written)}, 5);
        s->number[i] = numbers++;
    }
}

/* Argument i for direction k. */
static Value *argument(const Single *s, Builder *b, int i, Value *k)
{
    Lanes *l = s->l;
    Value *v = s->call->args[i];
    if (is_lane(l, v))
        return build_load(b, lanes_home_address(b, l->home[v->id], k));
    if (!declared(s->call, i) || !is_shadow(s->call, s->lengths, i) || !points_to_lanes(l, v))
        return v;
    Type *t = arrives(declared(s->call, i));
    if (s->number[i] < 0)
        return build_ptrcast(b, lane_address(l, b, v, k), t->kind == TY_RECORD ? type_ptr(t) : t->kind == TY_PTR ? t : v->type);
    Value *args[2] = {s->copies, build_small(b, s->number[i])};
    Value *one = build_text_call(b, "ad_lane", t, args, 2);
    bool library = library_call(s->call) != NULL;
    one->var = library ? var_named(l->fn, t, "one_", v->var, "d") : var_named(l->fn, t, "", s->call->callee->params[i], "d");
    return one;
}

/* The primal's result is the same each time; a derivative has a home. */
static void hand_out_result(Single *s, Op *loop, Builder *end)
{
    Op *call = s->call;
    if (call->nresults == 0)
        return;
    if (is_lane(s->l, call->results[0])) {
        build_store(end, lanes_home_address(end, s->l->home[call->results[0]->id], loop->regions[0]->args[0]), call->results[0]);
        return;
    }
    Builder before = before_op(loop), after = after_op(loop);
    Value *v = call->results[0], *local = build_local(&before, v->type, v->var, NULL, 0);
    after.loc = call->loc;
    Value *loaded = build_load(&after, local);
    replace_uses(s->l->fn, v, loaded);
    build_store(end, local, v);
}

void lanes_call_each(Lanes *l, Op *call, Op *(*build_lanes)(Lanes *l, Builder *b, bool down))
{
    Single s = {l, call, lengths_of(call), NULL, arena_alloc(l->fn->arena, sizeof(int) * (size_t)(call->nargs + 1))};
    Builder b = before_op(call);
    b.loc = call->loc;
    note_memory(&s, &b);
    Op *loop = build_lanes(l, &b, false);
    Builder in = before_op(region_terminator(loop->regions[0]));
    in.loc = call->loc;
    Value *k = loop->regions[0]->args[0];
    if (s.copies)
        build_text_call(&in, "ad_lanes_take", type_void(), (Value *[]){s.copies, k}, 2);
    for (int i = 0; i < call->nargs; i++)
        call->args[i] = argument(&s, &in, i, k);
    op_move(call, &in);
    hand_out_result(&s, loop, &in);
    if (s.copies) {
        build_text_call(&in, "ad_lanes_put", type_void(), &s.copies, 1);
        Builder after = after_op(loop);
        build_text_call(&after, "ad_lanes_free", type_void(), &s.copies, 1);
    }
}

/* ---------------------------------------------------------------------- sets of directions */

static bool reaches_sets(const Lanes *l, const Op *call, const Op *lengths, int i)
{
    return is_shadow(call, lengths, i) && points_to_lanes(l, call->args[i]);
}

/* "axpy" of cblas_daxpy; "" for others. */
static const char *vector_name(const Op *call)
{
    const char *name = library_call(call) ? prototype_of(call)->name : "";
    return !strncmp(name, "cblas_", 6) ? name + 7 : "";
}

static Value *named_argument(const Op *call, const char *name)
{
    const Fn *f = prototype_of(call);
    for (int i = 0; i < f->nparams; i++)
        if (f->params[i]->name && !strcmp(f->params[i]->name, name))
            return call->args[i];
    return NULL;
}

/* Does the library's function overwrite argument i, whatever was there? Then that may have been anything. */
static bool overwrites(const Op *call, int i)
{
    Value *beta = library_call(call) ? named_argument(call, "beta") : NULL;
    const Op *def = beta ? beta->def : NULL;
    while (def && def->code == OP_CAST)
        def = def->args[0]->def;
    bool zero = def && ((def->code == OP_FCONST && def->fval == 0) || (def->code == OP_ICONST && def->ival == 0));
    return zero && !declared(call, i)->elem_const;
}

/* Numbers in structs, without addresses, and not too many of them to be named one by one. */
static bool has_plain_numbers(const Type *t, int *budget)
{
    if (t->kind == TY_ARRAY && type_is_float(t->elem))
        return t->count > 0;
    if (t->kind == TY_ARRAY) {
        for (int64_t i = 0; i < t->count; i++)
            if (--*budget < 0 || !has_plain_numbers(t->elem, budget))
                return false;
        return t->count > 0;
    }
    if (t->kind != TY_RECORD)
        return t->kind != TY_PTR && --*budget >= 0;
    for (int i = 0; i < t->nfields; i++)
        if (t->is_union || !has_plain_numbers(t->fields[i].type, budget))
            return false;
    return true;
}

static bool can_have_sets(const Type *t)
{
    int budget = 100;
    return type_is_float(t) || has_plain_numbers(t, &budget);
}

const char *lanes_why_no_sets(const Lanes *l, const Op *call)
{
    Arena *a = l->fn->arena;
    const Op *lengths = lengths_of(call);
    const char *name = prototype_of(call)->name, *vector = vector_name(call);
    for (int i = 0; i < call->nargs; i++) {
        bool sets = reaches_sets(l, call, lengths, i);
        const Type *t = declared(call, i) ? arrives(declared(call, i)) : NULL, *unit = !sets ? NULL : t->kind == TY_PTR ? t->elem : t;
        while (unit && unit->kind == TY_ARRAY)
            unit = unit->elem;
        if (!sets && library_call(call) && t->kind == TY_PTR && !t->elem_const)
            return arena_printf(a, "'%s' would have to take several", name);
        if (sets && !can_have_sets(unit))
            return arena_printf(a, "'%s' takes one direction, and has structs with addresses, with unions or with many numbers among its arguments", name);
        if (sets && lengths && value_is(length(lengths, i), -1))
            return arena_printf(a, "'%s' takes one direction, and the length of its '%s' is not known (declare it with AD_LEN)", name,
                                call->callee->params[i]->name ? call->callee->params[i]->name : "argument");
        if (sets && overwrites(call, i) && strcmp(vector, "gemv") && strcmp(vector, "gemm") && strcmp(vector, "symv") && strcmp(vector, "symm"))
            return arena_printf(a, "'%s' would have to take several", name);
    }
    return NULL;
}

/* Does each element that argument i has in the end depend on others that it had? Sums are added to: of those, on itself alone. */
static bool mixes(const Op *call, int i)
{
    static const char *const mixing[] = {"trmv", "trsv", "trmm", "trsm", "rot"};
    const char *name = vector_name(call);
    if (!*name || declared(call, i)->elem_const)
        return true;
    for (size_t k = 0; k < sizeof mixing / sizeof *mixing; k++)
        if (!strcmp(name, mixing[k]))
            return true;
    return false;
}

typedef enum { SETS_GET, SETS_PUT, SETS_ADD } SetAccess;

/* ad_set_double_array and its like, on p and other arguments. */
static Value *call_on_sets(Builder *b, const char *format, Value **args, int n, int pointer)
{
    Value *p = args[pointer];
    const Type *t = p->type->elem;
    while (t->kind == TY_ARRAY)
        t = t->elem;
    const char *name = arena_printf(b->fn->arena, format, t->kind == TY_F32 ? "float" : t->kind == TY_F64 ? "double" : "ldouble");
    bool gives = !strncmp(name, "ad_set", 6);
    args[pointer] = build_ptrcast(b, p, type_ptr_q((Type *)(uintptr_t)t, gives, false));
    return build_text_call(b, name, gives ? type_scalar(TY_ULLONG) : type_void(), args, n);
}

/* Sets of a call's argument. */
typedef struct {
    Builder *b;
    SetAccess access;
    Value *n, *size; /* so many elements of so many bytes */
    Value *set;      /* GET: the union of all so far; else what is put or added */
} Sets;

/* The numbers that p leads to in an element; `count` of them follow each other. */
static void number_sets(Sets *s, Value *p, int64_t count)
{
    static const char *const names[] = {"ad_set_%s_in", "ad_put_set_%s_in", "ad_add_set_%s_in"};
    Type *t = p->type->elem;
    if (type_is_complex(t)) {
        count *= 2;
        p = build_ptrcast(s->b, p, type_ptr(type_real_of(t)));
    }
    Value *args[5] = {p, s->n, s->size, build_small(s->b, count), s->set};
    Value *found = call_on_sets(s->b, names[s->access], args, s->access == SETS_GET ? 4 : 5, 0);
    if (found)
        s->set = s->set ? build_bin(s->b, OP_OR, s->set, found) : found;
}

/* Those of an element: p points to the first. */
static void element_sets(Sets *s, Value *p)
{
    Type *t = p->type->elem;
    if (type_is_float(t) || type_is_complex(t)) {
        number_sets(s, p, 1);
    } else if (t->kind == TY_ARRAY && (type_is_float(t->elem) || type_is_complex(t->elem))) {
        number_sets(s, build_decay(s->b, p), t->count);
    } else if (t->kind == TY_ARRAY && type_has_float(t->elem)) {
        Value *first = build_decay(s->b, p);
        for (int64_t i = 0; i < t->count; i++)
            element_sets(s, build_index(s->b, first, build_small(s->b, i)));
    } else if (t->kind == TY_RECORD) {
        for (int i = 0; i < t->nfields; i++)
            if (type_has_float(t->fields[i].type))
                element_sets(s, build_field(s->b, p, i));
    }
}

/* Of n elements, which are structs or complex numbers. */
static Value *struct_sets(Builder *b, SetAccess access, Value *p, Value *n, const Type *unit, Value *set)
{
    Sets s = {.b = b, .access = access, .n = n, .size = size_of(b, unit), .set = set};
    if (p->type->elem->kind == TY_ARRAY)
        p = build_ptrcast(b, p, type_ptr_q((Type *)(uintptr_t)unit, p->type->elem_const, false));
    element_sets(&s, p);
    return s.set;
}

static Value *as_long(Builder *b, Value *v)
{
    return build_cast(b, v, type_scalar(TY_LONG));
}

/* Vectors, element by element. False: not one of these. */
static bool vector_sets(const Lanes *l, Builder *b, const Op *call, Value *set)
{
    const char *name = vector_name(call);
    Value *x = named_argument(call, "x"), *y = named_argument(call, "y"), *alpha = named_argument(call, "alpha");
    bool copy = !strcmp(name, "copy"), swap = !strcmp(name, "swap"), axpy = !strcmp(name, "axpy");
    if (!strcmp(name, "scal"))
        return !is_lane(l, alpha);
    if ((!copy && !swap && !axpy) || !points_to_lanes(l, x) || !points_to_lanes(l, y))
        return false;
    Value *n = as_long(b, named_argument(call, "n")), *incx = as_long(b, named_argument(call, "incx")), *incy = as_long(b, named_argument(call, "incy"));
    call_on_sets(b, copy ? "ad_put_set_%s_vector" : "ad_add_set_%s_vector", (Value *[]){n, x, incx, y, incy, set}, copy ? 5 : 6, 3);
    if (swap)
        call_on_sets(b, "ad_add_set_%s_vector", (Value *[]){n, y, incy, x, incx, set}, 6, 3);
    return true;
}

/* What an overwritten matrix or vector has in its memory: the first `length` of each `ld` elements. */
static void put_sets(Builder *b, const Op *call, Value *p, Value *n, Value *set)
{
    Value *one = build_int(b, type_scalar(TY_LONG), 1), *length = one, *ld = named_argument(call, "incy");
    if (!ld) {
        Value *row_major = build_bin(b, OP_EQ, named_argument(call, "order"), build_int(b, type_scalar(TY_INT), 101));
        length = build_select(b, row_major, as_long(b, named_argument(call, "n")), as_long(b, named_argument(call, "m")));
        ld = named_argument(call, "ldc");
    }
    call_on_sets(b, "ad_put_set_%s_array", (Value *[]){p, n, length, as_long(b, ld), set}, 5, 0);
}

/* The function that the user has given the derivative of. */
static Fn *primal_of(const Op *call)
{
    const Program *p = call->parent->fn->program;
    for (size_t i = 0; i < p->fns.n; i++) {
        Fn *f = p->fns.at[i];
        if (f->custom_jvp == call->callee)
            return f;
    }
    return NULL;
}

/* Where a user's tangent leaves that of the result, whatever was there? */
static bool is_result(const Op *call, int i)
{
    const Fn *f = primal_of(call);
    return f && type_has_float(f->ret) && i == call->callee->nparams - 1;
}

/* What argument i is an array of: so many of these. By value: one. */
static Value *count_elements(Builder *b, const Single *s, int i, const Type **unit)
{
    const Type *t = declared(s->call, i);
    *unit = t;
    return as_long(b, t->kind == TY_RECORD ? build_small(b, 1) : count_units(b, s, i, unit));
}

static Value *argument_sets(Builder *b, SetAccess access, Value *p, Value *n, const Type *unit, Value *set)
{
    if (!type_is_float(unit))
        return struct_sets(b, access, p, n, unit, set);
    if (access == SETS_GET)
        return build_bin(b, OP_OR, set, call_on_sets(b, "ad_set_%s_array", (Value *[]){p, n}, 2, 0));
    call_on_sets(b, "ad_add_set_%s_array", (Value *[]){p, n, set}, 3, 0);
    return set;
}

/* May the call change the sets of argument i? */
static bool changes_sets(const Op *call, int i)
{
    const Type *t = declared(call, i);
    return t->kind != TY_RECORD && !arrives(t)->elem_const;
}

Value *lanes_call_sets(Lanes *l, Builder *b, Op *call, Value *set)
{
    Single s = {.l = l, .call = call, .lengths = lengths_of(call)};
    Arena *a = l->fn->arena;
    Value **n = arena_alloc(a, sizeof *n * (size_t)(call->nargs + 1));
    const Type **unit = arena_alloc(a, sizeof *unit * (size_t)(call->nargs + 1));
    if (!s.lengths && vector_sets(l, b, call, set))
        return set;
    for (int i = 0; i < call->nargs; i++) {
        if (!reaches_sets(l, call, s.lengths, i))
            continue;
        n[i] = count_elements(b, &s, i, &unit[i]);
        if (mixes(call, i) && !(is_result(call, i) && !type_is_float(unit[i])))
            set = argument_sets(b, SETS_GET, call->args[i], n[i], unit[i], set);
    }
    for (int i = 0; i < call->nargs; i++)
        if (n[i] && overwrites(call, i))
            put_sets(b, call, call->args[i], n[i], set);
        else if (n[i] && changes_sets(call, i))
            argument_sets(b, is_result(call, i) ? SETS_PUT : SETS_ADD, call->args[i], n[i], unit[i], set);
    return set;
}

void lanes_end_call(Op *call)
{
    const Op *lengths = lengths_of(call);
    Fn *f = lengths ? primal_of(call) : NULL;
    if (!f) {
        op_remove(call);
        return;
    }
    int n = first_shadow(lengths);
    if (f->sret)
        call->args[n++] = call->args[call->nargs - 1];
    op_set_args(call, call->args, n);
    call->callee = f;
}

static void drop_lengths(Op *op, void *ctx)
{
    (void)ctx;
    if (is_lengths(op))
        op_remove(op);
}

void lanes_forget_lengths(Fn *fn)
{
    walk_ops(fn->body, drop_lengths, NULL);
}
