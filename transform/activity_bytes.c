/* activity_bytes.c: memory that carries derivatives, accessed as bytes.
 *
 * A byte that is stored there is a constant: its shadow becomes 0 (adjoint.c, tangent.c), and with all its bytes a number's. That is wrong only
 * for a byte that was read from such a number, which is refused, as are the copies and clears whose bytes bytes.c could not tell the type of.
 * So are numbers that are made of what was read from another's bits as an integer, `*(int *)&x`: stored as bits, or converted; and those that
 * are read from text into which others were printed, atof() of sprintf(). What is only compared or counted with has no derivative.
 * An object that is declared as char, or was allocated, may have numbers in one place and text in another. */
#include "analysis.h"
#include "derivative.h"

#include <string.h>

static const Type *base_of(const Type *t)
{
    while (t->kind == TY_ARRAY)
        t = t->elem;
    return t;
}

Place place_of(const Value *p)
{
    const Type *t = base_of(p->type->elem);
    if (type_is_differentiable(t) || (t->kind == TY_RECORD && t->size > 0))
        return type_has_float(t) ? PLACE_NUMBERS : PLACE_OTHER;
    if (t->kind == TY_PTR || t->kind == TY_BOOL || (type_is_int(t) && t->size > 1))
        return PLACE_OTHER;
    const Op *op = p->def;
    if (!op)
        return PLACE_BYTES;
    if (op->code == OP_FIELD) {
        const Type *outer = op->args[0]->type->elem;
        return !outer->is_union ? PLACE_OTHER : type_has_float(outer) ? PLACE_NUMBERS : place_of(op->args[0]);
    }
    bool moves = op->code == OP_INDEX || op->code == OP_DECAY || op->code == OP_PTRCAST || op->code == OP_USE;
    return moves ? place_of(op->args[0]) : PLACE_BYTES;
}

static bool is_byte(const Type *t)
{
    return type_is_int(t) && t->size == 1 && t->kind != TY_BOOL;
}

bool stores_byte(const Op *store)
{
    return is_byte(store->args[1]->type) && place_of(store->args[0]) != PLACE_OTHER;
}

/* ---------------------------------------------------------------------- copies */

static bool any_of(const Activity *a, const Value *p, const bool *set)
{
    const IntSet *objs = mem_points_to(a->m, p);
    for (int i = 0; i < objs->n; i++)
        if (set[objs->at[i]])
            return true;
    return false;
}

/* Are there pointers to active memory among what p points to? */
static bool holds_active(const Activity *a, const Value *p)
{
    const IntSet *objs = mem_points_to(a->m, p);
    for (int i = 0; i < objs->n; i++) {
        const int *held;
        int n = mem_held_objects(a->m, objs->at[i], &held);
        for (int k = 0; k < n; k++)
            if (active_object(a, held[k]))
                return true;
    }
    return false;
}

static bool may_be_pointers(const Value *p)
{
    while (p->def && p->def->code == OP_PTRCAST && !type_is_scalar(base_of(p->type->elem)) && p->type->elem->kind != TY_RECORD)
        p = p->def->args[0];
    const Type *t = base_of(p->type->elem);
    return t->size <= 1 || type_has_pointers(t);
}

static void check_copy(const Activity *a, const Op *op)
{
    Place to = place_of(op->args[0]), from = place_of(op->args[1]);
    bool lost = (from == PLACE_NUMBERS && any_of(a, op->args[1], a->object_varied)) ||
                (to == PLACE_NUMBERS && any_of(a, op->args[0], a->object_useful)) ||
                (from == PLACE_BYTES && to == PLACE_BYTES && active_pointer(a, op->args[0]));
    if (lost)
        diag_error(op->loc, "copies the bytes of data that carries derivatives; copy its elements instead");
    else if (may_be_pointers(op->args[0]) && may_be_pointers(op->args[1]) && holds_active(a, op->args[1]))
        diag_error(op->loc, "copies the bytes of pointers to data that carries derivatives; copy the pointers instead");
}

/* ---------------------------------------------------------------------- bytes on their way */

/* An integer of several bytes where a number may be, in a union or through a cast. */
static bool is_bits(const Activity *a, const Op *access)
{
    const Type *t = access->args[0]->type->elem;
    return type_is_int(t) && t->size > 1 && is_seen_as_other(access->args[0]) && !is_beside_number(a->m, access);
}

/* A byte may be one of text that lies beside numbers: it counts only where numbers are put together of bytes. */
enum { CLEAN, OF_BYTES, OF_BITS };
typedef unsigned char Level;

typedef struct {
    const Activity *a;
    Level *value, *object; /* by id: made of numbers' bytes */
    Level *text;           /* by object: numbers are printed into it */
    bool changed, said;
} Taint;

static void taint(Taint *t, Level *at, Level level)
{
    if (*at < level) {
        *at = level;
        t->changed = true;
    }
}

/* The highest level of what p points to. */
static Level level_of(const Taint *t, const Value *p, const Level *set)
{
    const IntSet *objs = mem_points_to(t->a->m, p);
    Level most = CLEAN;
    for (int i = 0; i < objs->n; i++)
        most = set[objs->at[i]] > most ? set[objs->at[i]] : most;
    return most;
}

static void taint_objects(Taint *t, Level *set, const Value *p, Level level)
{
    const IntSet *objs = mem_points_to(t->a->m, p);
    for (int i = 0; i < objs->n; i++)
        taint(t, &set[objs->at[i]], level);
}

/* A library function: prints numbers as text, moves text, and reads it. */
static void taint_call(Taint *t, const Op *op)
{
    const KnownCall *known = known_call(op);
    bool prints = false, reads = false;
    for (int i = 0; known && i < op->nargs; i++) {
        const Value *arg = op->args[i];
        prints |= type_is_float(arg->type) && t->a->varied[arg->id];
        reads |= arg->type->kind == TY_PTR && is_byte(arg->type->elem) && level_of(t, arg, t->text);
    }
    for (int i = 0; (prints || reads) && i < op->nargs; i++) {
        bool writes = op->args[i]->type->kind == TY_PTR && call_writes_arg(op, known, i);
        if (writes && is_byte(op->args[i]->type->elem))
            taint_objects(t, t->text, op->args[i], OF_BITS);
        else if (writes && reads)
            taint_objects(t, t->object, op->args[i], OF_BITS);
    }
    if (reads && op->nresults > 0 && type_is_float(op->results[0]->type))
        taint(t, &t->value[op->results[0]->id], OF_BITS);
}

static void taint_op(Op *op, void *ctx)
{
    Taint *t = ctx;
    if (op->code == OP_CALL)
        taint_call(t, op);
    if (op->code == OP_STORE && type_is_int(op->args[1]->type))
        taint_objects(t, t->object, op->args[0], t->value[op->args[1]->id]);
    if (op->nresults == 0 || !type_is_int(op->results[0]->type))
        return;
    Level *result = &t->value[op->results[0]->id];
    if (op->code == OP_LOAD) {
        const Value *p = op->args[0];
        bool byte = is_byte(op->results[0]->type), varied = any_of(t->a, p, t->a->object_varied);
        if (varied && (byte ? place_of(p) != PLACE_OTHER : is_bits(t->a, op)))
            taint(t, result, byte && place_of(p) == PLACE_BYTES ? OF_BYTES : OF_BITS);
        taint(t, result, level_of(t, p, t->object));
        if (byte)
            taint(t, result, level_of(t, p, t->text));
    } else if (op_info[op->code].kind == KIND_ARITH && !op_is_compare(op->code)) {
        for (int i = op->code == OP_SELECT; i < op->nargs; i++)
            if (type_is_int(op->args[i]->type))
                taint(t, result, t->value[op->args[i]->id]);
    }
}

static void taint_flow(void *ctx, Value *from, Value *to)
{
    Taint *t = ctx;
    taint(t, &t->value[to->id], t->value[from->id]);
}

static void taint_step(Op *op, void *ctx)
{
    taint_op(op, ctx);
    mem_op_flows(op, taint_flow, ctx);
}

static void check_arrival(Op *op, void *ctx)
{
    Taint *t = ctx;
    bool stored = op->code == OP_STORE && stores_byte(op) && t->value[op->args[1]->id] && active_pointer(t->a, op->args[0]);
    bool read = op->code == OP_LOAD && type_is_differentiable(op->results[0]->type) && level_of(t, op->args[0], t->object) &&
                t->a->useful[op->results[0]->id];
    bool converted = op->code == OP_CAST && type_is_int(op->args[0]->type) && t->value[op->args[0]->id] == OF_BITS &&
                     t->a->useful[op->results[0]->id];
    bool scanned = op->code == OP_CALL && op->nresults > 0 && t->value[op->results[0]->id] && t->a->useful[op->results[0]->id];
    if (scanned)
        diag_error(
            op->loc,
            "this number is read from text that may be made of the bytes of floating data that carries derivatives, which end "
            "there; hand the number itself on");
    else if (converted)
        diag_error(
            op->loc,
            "this number is made of the bits of floating data that carries derivatives, which end there; use <math.h> (log2, "
            "frexp, ldexp), or a function that is AD_INACTIVE or has AD_CUSTOM_VJP");
    else if (stored)
        diag_error(op->loc, "moves the bytes of data that carries derivatives; move its elements instead, or use memcpy");
    else if (read && !t->said)
        diag_error(op->loc,
                   "this number may be made of the bytes of others, whose derivatives end there; copy its elements instead");
    t->said |= stored || read || converted || scanned;
}

static void check_moves(const Activity *a)
{
    Taint t = {.a = a, .changed = true};
    t.value = arena_alloc(a->fn->arena, (size_t)a->nvalues + 1);
    t.object = arena_alloc(a->fn->arena, (size_t)a->nobjects + 1);
    t.text = arena_alloc(a->fn->arena, (size_t)a->nobjects + 1);
    bool any = false;
    while (t.changed) {
        t.changed = false;
        walk_ops(a->fn->body, taint_step, &t);
        any |= t.changed;
    }
    if (any)
        walk_ops(a->fn->body, check_arrival, &t);
}

static void check_op(Op *op, void *ctx)
{
    if (op->code == OP_COPY && !op->tape)
        check_copy(ctx, op);
}

void activity_bytes(const Activity *a)
{
    walk_ops(a->fn->body, check_op, (void *)(uintptr_t)a);
    check_moves(a);
}
