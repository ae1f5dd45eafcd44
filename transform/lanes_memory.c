/* lanes_memory.c: memory of derivatives with room for K directions, and addresses in it.
 *
 *   double *d_x: d_x[i]  ->  d_x[i * K + k]       double d_a[N][M]: d_a[i][j]  ->  double d_a[N][M][K]: d_a[i][j][k]
 */
#include "lanes.h"

#include <string.h>

/* ---------------------------------------------------------------------- types and declarations */

Type *lane_type(const Lanes *l, Type *t)
{
    if (t->kind == TY_ARRAY)
        return type_array_q(lane_type(l, t->elem), t->count, t->elem_const, t->elem_volatile);
    return type_array(t, l->k);
}

/* double (*)[20] -> double (*)[20][K]; the innermost array is the one of the qualified numbers. */
static Type *lane_pointer(const Lanes *l, Type *p)
{
    Type *t = p->elem, *leaf = t;
    while (leaf->kind == TY_ARRAY && leaf->elem->kind == TY_ARRAY)
        leaf = leaf->elem;
    bool is_const = leaf->kind == TY_ARRAY ? leaf->elem_const : p->elem_const;
    int n = 0;
    int64_t count[16];
    for (; t->kind == TY_ARRAY && n < 16; t = t->elem)
        count[n++] = t->count;
    Type *made = type_array_q(t, l->k, is_const, false);
    while (n-- > 0)
        made = type_array(made, count[n]);
    return type_ptr_q(made, p->elem->kind == TY_ARRAY && p->elem_const, false);
}

static Var *with_dimension(const Lanes *l, const Var *var)
{
    Arena *a = l->fn->program->arena;
    Var *v = arena_alloc(a, sizeof *v);
    *v = *var;
    v->dims = arena_alloc(a, sizeof *v->dims * (size_t)(var->ndims + 1));
    for (int i = 0; i < var->ndims; i++)
        v->dims[i] = var->dims[i];
    v->dims[v->ndims++] = arena_printf(a, "%d", l->k);
    return v;
}

static Var *with_type(const Lanes *l, const Var *var, Type *t)
{
    if (!var)
        return NULL;
    Var *v = arena_alloc(l->fn->program->arena, sizeof *v);
    *v = *var;
    v->type = t;
    return v;
}

static void set_form(Lanes *l, const Value *v, Form form)
{
    if (v->id < l->nvalues)
        l->form[v->id] = form;
}

static Form form_of(const Lanes *l, const Value *v)
{
    return v->id < l->nvalues ? l->form[v->id] : FORM_NONE;
}

/* ---------------------------------------------------------------------- parameters */

static bool has_lanes(const Lanes *l, const Value *v)
{
    return v->type->kind == TY_PTR ? points_to_lanes(l, v) : is_lane(l, v);
}

static Form canonical_form(const Value *p);

static void grow_parameter(Lanes *l, int i)
{
    Value *p = l->fn->body->args[i];
    Var *var = with_type(l, p->var, p->type);
    if (l->fn->instance && var->is_array_param) { /* what calls of it hand on has the form of all that is handed on */
        var->is_array_param = var->dims_runtime = false;
        var->ndims = 0;
    }
    bool is_return = !strcmp(var->name, "d_return");
    if (p->type->kind != TY_PTR) { /* a tangent, or the seed of what is returned, by value */
        l->home[p->id] = p;
        p->type = type_ptr_q(p->type, !is_return || l->fn->instance, false);
    }
    Type *t = p->type;
    if (is_return) {
        var->is_array_param = true;
        var = with_dimension(l, var);
        set_form(l, p, FORM_FLAT);
    } else if (var->is_array_param && var->ndims > 1 && var->dims_runtime) {
        l->rows[p->id] = var->ndims;
        var = with_dimension(l, var);
        set_form(l, p, FORM_ROWS);
    } else if (t->elem->kind == TY_ARRAY || (var->is_array_param && var->ndims > 0)) {
        if (var->ndims > 0)
            var = with_dimension(l, var);
        t = lane_pointer(l, t);
        set_form(l, p, FORM_TYPED);
    } else {
        set_form(l, p, FORM_FLAT);
    }
    p->type = var->type = t;
    p->var = l->fn->params[i] = var;
}

/* ---------------------------------------------------------------------- addresses */

static Value *lanes_number(const Lanes *l, Builder *b, Type *t)
{
    return build_int(b, t, l->k);
}

/* Steps of i elements are steps of i * K numbers. */
static Value *scaled(const Lanes *l, Builder *b, Value *i)
{
    Type *t = type_is_signed(i->type) || i->type->size < 8 ? type_scalar(TY_LONG) : type_scalar(TY_ULONG);
    return build_bin(b, OP_MUL, build_cast(b, i, t), lanes_number(l, b, t));
}

/* p as a pointer to the first of its K numbers. */
static Value *first_number(const Lanes *l, Builder *b, Value *p)
{
    return form_of(l, p) == FORM_TYPED ? build_decay(b, p) : p;
}

static Value *repeat_address(Builder *b, const Op *op, Value *base)
{
    switch (op->code) {
    case OP_INDEX:
        return op->nargs > 2 ? build_index_stride(b, base, op->args[1], op->args[2]) : build_index(b, base, op->args[1]);
    case OP_FIELD:
        return build_field(b, base, (int)op->ival);
    case OP_DECAY: {
        Value *first = build_decay(b, base);
        first->def->ival = op->ival;
        return first;
    }
    default:
        return build_ptrcast(b, base, op->results[0]->type);
    }
}

Value *lane_address(const Lanes *l, Builder *b, Value *p, Value *k)
{
    if (form_of(l, p) != FORM_RECORD)
        return build_index(b, first_number(l, b, p), k);
    Value *base = p->def->args[0];
    return repeat_address(b, p->def, lane_address(l, b, base, k));
}

/* index(index(p, i), j) -> index(p, (i + j) * K) */
static void grow_flat_index(Lanes *l, Op *op, Builder *b)
{
    Value *base = op->args[0], *i = op->args[1], *outer = base->var ? NULL : ptrmap_get(&l->steps, base);
    Type *t = type_scalar(TY_LONG);
    if (outer) {
        i = build_bin(b, OP_ADD, build_cast(b, outer, t), build_cast(b, i, t));
        op->args[0] = base->def->args[0];
    }
    ptrmap_put(&l->steps, op->results[0], i);
    op->args[1] = scaled(l, b, i);
}

static void grow_index(Lanes *l, Op *op)
{
    Form form = form_of(l, op->args[0]);
    Value *result = op->results[0];
    Builder b = before_op(op);
    set_form(l, result, form);
    result->type = op->args[0]->type;
    if (form == FORM_TYPED || form == FORM_RECORD)
        return;
    int rows = form == FORM_ROWS ? l->rows[op->args[0]->id] : 0;
    l->rows[result->id] = rows - 1;
    if (op->nargs > 2)
        op->args[2] = scaled(l, &b, op->args[2]);
    else if (rows == 1)
        op_add_arg(op, lanes_number(l, &b, type_scalar(TY_LONG)));
    else
        grow_flat_index(l, op, &b);
}

/* A cast between pointers to numbers, or of a flat array to its rows. */
static void grow_cast(Lanes *l, Op *op)
{
    Value *p = op->args[0], *result = op->results[0];
    Builder b = before_op(op);
    if (form_of(l, p) == FORM_RECORD || (p->type->elem->kind == TY_RECORD && result->type->elem->kind != TY_VOID)) {
        set_form(l, result, form_of(l, p) == FORM_RECORD ? FORM_RECORD : FORM_FLAT);
    } else if (result->type->elem->kind == TY_ARRAY) {
        result->type = lane_pointer(l, result->type);
        set_form(l, result, FORM_TYPED);
    } else {
        op->args[0] = first_number(l, &b, p);
        set_form(l, result, form_of(l, p) == FORM_ROWS ? FORM_ROWS : FORM_FLAT);
        l->rows[result->id] = l->rows[p->id];
    }
}

static void grow_address(Lanes *l, Op *op)
{
    Value *p = op->args[0], *result = op->results[0];
    if (form_of(l, p) == FORM_NONE)
        ICE("an address of derivatives is not known to be one");
    if (op->code == OP_INDEX) {
        grow_index(l, op);
    } else if (op->code == OP_PTRCAST) {
        grow_cast(l, op);
    } else if (op->code == OP_FIELD || form_of(l, p) == FORM_RECORD) {
        Builder b = before_op(op);
        op->args[0] = first_number(l, &b, p);
        set_form(l, result, FORM_RECORD);
    } else {
        result->type = decay_ptr_type(p->type);
        set_form(l, result, FORM_TYPED);
    }
}

/* ---------------------------------------------------------------------- pointers that are handed on */

/* What ifs and loops hand on, and what is kept in memory: a pointer to rows is typed, others are flat. */
static Form canonical_form(const Value *p)
{
    return p->type->elem->kind == TY_ARRAY ? FORM_TYPED : FORM_FLAT;
}

static void receive(Lanes *l, Value *to)
{
    set_form(l, to, canonical_form(to));
    if (canonical_form(to) == FORM_TYPED)
        to->type = lane_pointer(l, to->type);
}

/* Operand i of user as the canonical pointer that it becomes, of type t. */
static void hand_on(const Lanes *l, Op *user, int i, Type *t)
{
    Builder b = before_op(user);
    Value *p = user->args[i];
    if (form_of(l, p) == FORM_RECORD)
        p = lane_address(l, &b, p, build_int(&b, type_scalar(TY_LONG), 0));
    else if (form_of(l, p) == FORM_TYPED && t->elem->kind != TY_ARRAY)
        p = build_decay(&b, p);
    user->args[i] = build_ptrcast(&b, p, t);
}

static void grow_region(Lanes *l, Region *r);

/* Operands `from` on of user become the pointers to lanes among values. */
static void hand_on_all(const Lanes *l, Op *user, int from, Value **values, int n)
{
    for (int i = 0; i < n; i++)
        if (points_to_lanes(l, values[i]))
            hand_on(l, user, from + i, values[i]->type);
}

static void receive_all(Lanes *l, Value **values, int n)
{
    for (int i = 0; i < n; i++)
        if (points_to_lanes(l, values[i]))
            receive(l, values[i]);
}

static void grow_control(Lanes *l, Op *op)
{
    receive_all(l, op->results, op->nresults);
    for (int r = 0; r < op->nregions; r++)
        receive_all(l, op->regions[r]->args, op->regions[r]->nargs);
    Region *first = op->regions[0];
    if (op->code == OP_FOR)
        hand_on_all(l, op, 3, first->args + 1, first->nargs - 1);
    else if (op->code == OP_WHILE)
        hand_on_all(l, op, 0, first->args, first->nargs);
    for (int r = 0; r < op->nregions; r++)
        grow_region(l, op->regions[r]);
    if (op->code == OP_WHILE) {
        hand_on_all(l, region_terminator(first), 1, op->results, op->nresults);
        hand_on_all(l, region_terminator(op->regions[1]), 0, first->args, first->nargs);
    } else if (op->code == OP_FOR) {
        hand_on_all(l, region_terminator(first), 0, first->args + 1, first->nargs - 1);
    } else {
        for (int r = 0; r < 2; r++)
            hand_on_all(l, region_terminator(op->regions[r]), 0, op->results, op->nresults);
    }
}

/* ---------------------------------------------------------------------- objects */

static void grow_local(Lanes *l, Op *op)
{
    Value *v = op->results[0];
    Builder b = before_op(op);
    if (op->nargs) {
        bool declared = op->var && op->var->ndims == op->nargs;
        op_add_arg(op, lanes_number(l, &b, op->args[0]->type));
        set_form(l, v, declared ? FORM_ROWS : FORM_FLAT);
        if (declared) {
            l->rows[v->id] = op->var->ndims;
            op->var = with_dimension(l, op->var);
            op->var->dims_runtime = true;
        }
    } else {
        op->of = lane_type(l, op->of);
        v->type = type_ptr(op->of);
        op->var = with_type(l, op->var, op->of);
        if (op->var && op->var->ndims)
            op->var = with_dimension(l, op->var);
        set_form(l, v, FORM_TYPED);
    }
    if (v->var)
        v->var = op->var;
}

static void grow_alloc(Lanes *l, Op *op)
{
    Builder b = before_op(op);
    int last = op->nargs > 1 ? 1 : 0; /* the size of an element, or all of it: the product is checked where it is allocated */
    op->args[last] = build_bin(&b, OP_MUL, op->args[last], lanes_number(l, &b, op->args[last]->type));
    receive(l, op->results[0]);
}

/* The canonical type of a pointer whose own type has grown. */
static Type *pushed_type(const Lanes *l, const Value *p)
{
    bool numbers = form_of(l, p) == FORM_TYPED && p->type->elem->elem->kind != TY_ARRAY;
    return numbers ? decay_ptr_type(p->type) : p->type;
}

static void grow_call(Lanes *l, Op *call)
{
    for (int i = 0; i < call->nargs; i++) {
        Value *p = call->args[i];
        if (!lanes_takes(l, call, i) || p->type->kind != TY_PTR || !points_to_lanes(l, p))
            continue;
        bool rows = canonical_form(p) == FORM_TYPED && form_of(l, p) != FORM_TYPED;
        hand_on(l, call, i, rows ? lane_pointer(l, p->type) : form_of(l, p) == FORM_TYPED ? pushed_type(l, p) : p->type);
    }
}

/* ad_put_aside(places, d_x, unit, size): K numbers in each place. */
static void grow_aside(Lanes *l, Op *op)
{
    Builder b = before_op(op);
    for (int i = 2; i < 4; i++)
        op->args[i] = build_bin(&b, OP_MUL, op->args[i], lanes_number(l, &b, op->args[i]->type));
}

static void grow_zero(Lanes *l, Op *op)
{
    Form form = form_of(l, op->args[0]);
    Builder b = before_op(op);
    if (form == FORM_FLAT || form == FORM_ROWS)
        op->args[1] = build_bin(&b, OP_MUL, op->args[1], lanes_number(l, &b, op->args[1]->type));
}

static void grow_copy(Lanes *l, Op *op)
{
    Builder b = before_op(op);
    if (!points_to_lanes(l, op->args[0]))
        return;
    for (int i = 0; i < 2; i++)
        op->args[i] = first_number(l, &b, op->args[i]);
    op->args[2] = build_bin(&b, OP_MUL, op->args[2], lanes_number(l, &b, op->args[2]->type));
}

/* A field of K structs that is no number is that of the first. */
static void use_first(const Lanes *l, Op *op)
{
    Builder b = before_op(op);
    if (form_of(l, op->args[0]) == FORM_RECORD && !is_lane_op(l, op))
        op->args[0] = lane_address(l, &b, op->args[0], build_int(&b, type_scalar(TY_LONG), 0));
}

/* Of K structs, the first has the pointers. */
static bool is_pointer_in_records(const Lanes *l, const Op *op)
{
    Form form = form_of(l, op->args[0]);
    return form == FORM_RECORD || (op->code == OP_FIELD && form != FORM_NONE);
}

static void grow_op(Lanes *l, Op *op)
{
    Value *result = op->nresults ? op->results[0] : NULL;
    bool made = result && result->type->kind == TY_PTR && points_to_lanes(l, result);
    switch (op->code) {
    case OP_LOCAL:
        if (made)
            grow_local(l, op);
        return;
    case OP_ALLOC: case OP_ROOM:
        if (made)
            grow_alloc(l, op);
        return;
    case OP_INDEX: case OP_FIELD: case OP_DECAY: case OP_PTRCAST:
        if ((made && points_to_lanes(l, op->args[0])) || is_pointer_in_records(l, op))
            grow_address(l, op);
        else if (made)
            receive(l, result);
        return;
    case OP_SELECT:
        if (!made)
            return;
        receive(l, result);
        hand_on(l, op, 1, result->type);
        hand_on(l, op, 2, result->type);
        return;
    case OP_STORE:
        if (points_to_lanes(l, op->args[1]))
            hand_on(l, op, 1, op->args[0]->type->elem);
        use_first(l, op);
        return;
    case OP_LOAD: case OP_POP:
        if (made)
            receive(l, result);
        if (op->code == OP_LOAD)
            use_first(l, op);
        return;
    case OP_PUSH:
        if (points_to_lanes(l, op->args[1]))
            hand_on(l, op, 1, pushed_type(l, op->args[1]));
        return;
    case OP_ZERO:
        grow_zero(l, op);
        return;
    case OP_COPY:
        grow_copy(l, op);
        return;
    case OP_CALL:
        if (lanes_is_aside(op))
            grow_aside(l, op);
        else if (lanes_is_instance(op))
            grow_call(l, op);
        return;
    default:
        if (op->nregions)
            grow_control(l, op);
    }
}

static void grow_region(Lanes *l, Region *r)
{
    for (Op *op = r->first, *next; op; op = next) {
        next = op_next(op);
        grow_op(l, op);
    }
}

void lanes_grow_memory(Lanes *l)
{
    for (int i = 0; i < l->fn->body->nargs; i++)
        if (has_lanes(l, l->fn->body->args[i]))
            grow_parameter(l, i);
    grow_region(l, l->fn->body);
}
