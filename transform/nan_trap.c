/* nan_trap.c: --nan-trap: the generated function stops at the first derivative that is not finite, and says where and from what.
 *
 *     d_x[i] += d_s * (1 / y);   ->   ad_nan_trap("loss.c:12: d_x[i]", d_s * (1 / y), 3, "i", i, "d_s", d_s, "y", y);
 *                                     d_x[i] += d_s * (1 / y);
 *
 * What is watched: what is added to and stored in derivative memory, the sums in loops that lead there, and values that are derivatives by name. A partial alone may be
 * infinite: a factor of zero takes it away. */
#include "derivative.h"
#include "graph.h"

#include <string.h>

enum { MAX_SHOWN = 6, DEPTH = 3 };

typedef struct {
    Fn *fn;
    Ptrs ops;   /* Op*: those of the function before anything is added */
    Ptrs shown; /* Value*: of the message that is being made */
} Trap;

static bool is_derivative(const Var *v)
{
    return v && v->is_made && v->name && strchr("dvh", v->name[0]) && v->name[1] == '_';
}

/* Does the address lead into a derivative's memory? */
static bool is_derivative_memory(const Value *p)
{
    while (!is_derivative(p->var) && p->def && p->def->nargs &&
           (op_info[p->def->code].kind == KIND_ADDR || p->def->code == OP_LOAD))
        p = p->def->args[0];
    return is_derivative(p->var) || (p->def && is_derivative(p->def->var));
}

static void gather(Trap *t, Value *v, int depth)
{
    const Op *op = v->def;
    bool constant = op && op_info[op->code].kind == KIND_CONST, named = v->var && v->var->name && *v->var->name;
    if (constant || t->shown.n == MAX_SHOWN || ptrs_has(&t->shown, v))
        return;
    if (depth > 0 && (named || !op || op->code == OP_LOAD || op->nregions || depth > DEPTH)) {
        if ((type_is_float(v->type) && (op || named)) || (type_is_int(v->type) && named))
            ptrs_push(&t->shown, v);
        return;
    }
    for (int i = 0; op && i < op->nargs && !op->nregions; i++)
        gather(t, op->args[i], depth + 1);
}

/* The indices of an address. */
static void gather_indices(Trap *t, const Value *p)
{
    for (; p->def && p->def->nargs && op_info[p->def->code].kind == KIND_ADDR; p = p->def->args[0])
        if (p->def->code == OP_INDEX)
            gather(t, p->def->args[1], 1);
}

/* The counters of the loops around op: in which iteration it happens. */
static void gather_counters(Trap *t, const Op *op)
{
    for (const Op *loop = op->parent->owner; loop; loop = loop->parent->owner)
        if (loop->code == OP_FOR)
            gather(t, loop->regions[0]->args[0], 1);
}

static Value *string(Builder *b, const char *text)
{
    Op *op = op_build(b, OP_STRING, NULL, 0, 1);
    op->text = graph_quoted(b->fn->arena, text);
    op->results[0]->type = type_ptr_q(type_scalar(TY_CHAR), true, false);
    return op->results[0];
}

/* `n > 0 ? x[1] : 0`, as a load that went out of a loop is guarded: x[1]. */
static const Value *behind_guard(const Value *v)
{
    const Op *op = v->def;
    bool is_if = op && op->code == OP_IF;
    if (!is_if && !(op && op->code == OP_SELECT))
        return v;
    const Value *yes = is_if ? region_terminator(op->regions[0])->args[v->index] : op->args[1];
    const Value *no = is_if ? region_terminator(op->regions[1])->args[v->index] : op->args[2];
    if (no->def && op_info[no->def->code].kind == KIND_CONST)
        return behind_guard(yes);
    return yes->def && op_info[yes->def->code].kind == KIND_CONST ? behind_guard(no) : v;
}

/* A check of v at b, which is called `what` in the message. */
static void watch(Trap *t, Builder *b, Value *v, const char *what, Loc loc)
{
    enum { FIRST = 3 };
    Arena *a = t->fn->arena;
    Value *args[FIRST + 2 * MAX_SHOWN];
    const char *file = diag_file_name(loc.file);
    gather(t, v, 0);
    args[0] = string(b, file ? arena_printf(a, "%s:%d: %s", file, loc.line, what) : what);
    args[1] = build_cast(b, v, type_scalar(TY_F64));
    args[2] = build_int(b, type_scalar(TY_INT), (int64_t)t->shown.n);
    for (size_t i = 0; i < t->shown.n; i++) {
        Value *s = t->shown.at[i];
        const Value *named = behind_guard(s);
        const char *name = graph_value_text(a, named);
        bool elsewhere = named->def && named->def->code != OP_LOAD && named->def->loc.line > 0 && named->def->loc.line != loc.line;
        args[FIRST + 2 * i] = string(b, elsewhere ? arena_printf(a, "%s (line %d)", name, s->def->loc.line) : name);
        args[FIRST + 2 * i + 1] = build_cast(b, s, type_scalar(TY_F64));
    }
    Op *op = op_build(b, OP_CALL, args, FIRST + 2 * (int)t->shown.n, 0);
    op->text = "ad_nan_trap";
    op->of = type_void();
    t->shown.n = 0;
}

static bool computes(const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    return kind == KIND_ARITH || kind == KIND_MATH || kind == KIND_CALL || op->code == OP_MULZ || op->code == OP_IF;
}

/* What is added to memory behind a loop that has summed it up: each iteration's sum. */
static void watch_sum(Trap *t, const Value *v, const char *what)
{
    const Op *op = v->def;
    if (op && (op->code == OP_ADD || op->code == OP_SUB || op->code == OP_NEG)) {
        for (int i = 0; i < op->nargs; i++)
            watch_sum(t, op->args[i], what);
    } else if (op && op->code == OP_FOR && v->index > 0) {
        Value *sum = region_terminator(op->regions[0])->args[v->index - 1];
        if (!sum->def || value_region(sum) != op->regions[0] || is_derivative(sum->var))
            return;
        watch_sum(t, sum, what);
        if (!computes(sum->def))
            return;
        Builder b = after_op(sum->def);
        gather_counters(t, sum->def);
        watch(t, &b, sum, what, sum->def->loc);
    }
}

static void trap(Trap *t, Op *op)
{
    bool memory = (op->code == OP_ACCUM || op->code == OP_STORE) && type_is_float(op->args[1]->type);
    if (memory && is_derivative_memory(op->args[0]) && !(op->args[1]->def && op_info[op->args[1]->def->code].kind == KIND_CONST)) {
        const char *what = graph_address_text(t->fn->arena, op->args[0], NULL, NULL);
        watch_sum(t, op->args[1], what);
        Builder b = before_op(op);
        gather_indices(t, op->args[0]);
        gather_counters(t, op);
        watch(t, &b, op->args[1], what, op->loc);
        return;
    }
    Value *v = op->nresults ? op->results[0] : NULL;
    if (!v || !computes(op) || !type_is_float(v->type) || !is_derivative(v->var))
        return;
    Builder b = after_op(op);
    gather_counters(t, op);
    watch(t, &b, v, v->var->name, op->loc);
}

static void collect(Op *op, void *ctx)
{
    ptrs_push(ctx, op);
}

void trap_nans(Fn *fn)
{
    Trap t = {fn, {.arena = fn->arena}, {.arena = fn->arena}};
    walk_ops(fn->body, collect, &t.ops);
    for (size_t i = 0; i < t.ops.n; i++)
        trap(&t, t.ops.at[i]);
    verify_fn(fn, "nan-trap");
}
