/* emit_call.c: calls, allocation, and the ops on memory. */
#include "emit.h"
#include "library.h"

#include <string.h>

enum { MOST_PUSHED = 8 }; /* at once */

/* ---------------------------------------------------------------------- names of the runtime */

/* ad_push_double: what of the runtime's stack takes a value of the type. */
static const char *stack_type(const Type *t)
{
    static const char *const names[] = {
        [TY_BOOL] = "char",   [TY_CHAR] = "char",  [TY_SCHAR] = "schar", [TY_UCHAR] = "uchar", [TY_SHORT] = "short",
        [TY_USHORT] = "ushort", [TY_INT] = "int",  [TY_UINT] = "uint",   [TY_LONG] = "long",   [TY_ULONG] = "ulong",
        [TY_LLONG] = "llong", [TY_ULLONG] = "ullong", [TY_F32] = "float", [TY_F64] = "double", [TY_F80] = "ldouble",
        [TY_CF32] = "cfloat", [TY_CF64] = "cdouble", [TY_CF80] = "cldouble",
    };
    if (t->kind == TY_PTR)
        return t->elem->kind == TY_FUNC ? "fn" : "ptr";
    if (t->kind > TY_CF80)
        ICE("emit: a value of type '%s' on the stack", type_spelling(t));
    return names[t->kind];
}

/* Of the stack that p points to: "ad_push_double", "ad_fixed_pop_int". */
static const char *stack_call(Emitter *e, const Value *p, const char *what, const Type *t)
{
    bool fixed = p->type->elem->kind == TY_OPAQUE && !strcmp(p->type->elem->name, "ad_fixed_stack");
    e->needs->runtime = true;
    return arena_printf(e->arena, "ad_%s%s_%s", fixed ? "fixed_" : "", what, stack_type(t));
}

static Text text_of(const char *s, Type *type)
{
    return (Text){.s = s, .prec = PREC_POSTFIX, .type = type};
}

/* ---------------------------------------------------------------------- calls */

/* printf and its kind take what they are given: only the default promotions convert. */
static bool is_formatted(const char *name)
{
    return strstr(name, "printf") || strstr(name, "scanf");
}

static Text argument(Emitter *e, const Op *op, Value *v, const Type *param)
{
    if (param && param->kind == TY_RECORD)
        return lvalue(e, v);
    if (param)
        return expr_assign(e, v);
    if (call_is_library(op))
        return expr_assign(e, v); /* as the library's prototype has it */
    if (op->text && !is_formatted(op->text) && v->def && v->def->code == OP_PTRCAST)
        return expr_assign(e, v);
    return expr_arg(e, v);
}

static const Type *param_type(const Op *op, int i)
{
    if (op->code == OP_CALLPTR) {
        const Type *f = op->args[0]->type;
        f = f->kind == TY_PTR ? f->elem : f;
        return i < f->nparams ? f->params[i] : NULL;
    }
    return op->callee && i < op->callee->nparams ? op->callee->params[i]->type : NULL;
}

/* `double a[n][m]`, whose values are plain pointers here. */
static bool takes_rows(const Op *op, int i)
{
    const Fn *f = op->code == OP_CALL ? op->callee : NULL;
    return f && i < f->nparams && f->params[i]->dims_runtime && f->params[i]->ndims > 1;
}

static void put_arguments(Emitter *e, Str *s, const Op *op, int first, int n)
{
    str_put(s, "(");
    for (int i = first; i < n; i++) {
        const char *constant = library_constant(e->arena, op, i);
        str_fmt(s, "%s%s%s", i > first ? ", " : "", takes_rows(op, i - first) ? "(void *)" : "",
                constant ? constant : argument(e, op, op->args[i], param_type(op, i - first)).s);
    }
    str_put(s, ")");
}

static bool returns_record(const Op *op)
{
    return op->of && op->of->kind == TY_RECORD;
}

static const char *call_text(Emitter *e, const Op *op)
{
    Str s = {.arena = e->arena};
    int first = op->code == OP_CALLPTR;
    if (first) {
        str_put(&s, at_prec(e, expr(e, op->args[0]), PREC_POSTFIX));
    } else {
        str_put(&s, op->callee ? op->callee->name : op->text);
        e->needs->cblas |= op->text && !strncmp(op->text, "cblas_", 6);
        e->needs->runtime |= op->text && !strncmp(op->text, "ad_", 3);
        if (op->callee && !ptrs_has(&e->needs->callees, op->callee))
            ptrs_push(&e->needs->callees, op->callee);
    }
    put_arguments(e, &s, op, first, op->nargs - returns_record(op));
    return s.s;
}

/* The type of the objects that are allocated, where it is known. */
static const Type *allocated(const Op *op)
{
    const Type *t = op->results[0]->type->elem;
    return t->kind == TY_VOID ? NULL : t;
}

static bool is_size_of(const Value *v, const Type *t)
{
    int64_t size;
    if (v->def && v->def->code == OP_SIZEOF)
        return v->def->of == t;
    return value_int(v, &size) && t->size > 1 && size == t->size;
}

/* ad_tape_alloc(n, sizeof(double)); from n * sizeof(double) bytes too. ad_shadow_calloc(p != NULL, n, sizeof(double)) where p may be. */
static const char *tape_alloc(Emitter *e, const Op *op)
{
    e->needs->runtime = true;
    bool guarded = op->nargs > 2;
    const char *name = guarded ? "ad_shadow_calloc" : op->zeroed ? "ad_tape_calloc" : "ad_tape_alloc";
    const Type *t = allocated(op);
    Value *n = op->args[0], *size = op->nargs > 1 && !value_is(op->args[1], 1) ? op->args[1] : NULL;
    const Op *product = n->def;
    if (!size && t && product && product->code == OP_MUL && plan_of(e->plan, n)->show == SHOW_INLINE &&
        is_size_of(product->args[1], t)) {
        n = product->args[0];
        size = product->args[1];
    }
    const char *bytes = !size                      ? "1"
                        : t && is_size_of(size, t) ? arena_printf(e->arena, "sizeof(%s)", declare_var(e->arena, t, NULL, ""))
                                                   : expr_assign(e, size).s;
    const char *primal = guarded ? arena_printf(e->arena, "%s != NULL, ", expr(e, op->args[2]).s) : "";
    return arena_printf(e->arena, "%s(%s%s, %s)", name, primal, expr_assign(e, n).s, bytes);
}

static Text alloc_call(Emitter *e, const Op *op)
{
    Type *t = op->results[0]->type;
    if (op->tape)
        return text_of(tape_alloc(e, op), t);
    e->needs->stdlib = true;
    if (op->code == OP_REALLOC)
        return text_of(arena_printf(e->arena, "realloc(%s, %s)", expr_assign(e, op->args[0]).s, expr_assign(e, op->args[1]).s), t);
    const char *n = expr_assign(e, op->args[0]).s, *size = op->nargs > 1 ? expr_assign(e, op->args[1]).s : "1", *call;
    if (!op->zeroed && (op->nargs == 1 || value_is(op->args[1], 1)))
        call = arena_printf(e->arena, "malloc(%s)", n);
    else
        call = arena_printf(e->arena, "calloc(%s, %s)", n, size);
    if (op->nargs < 3)
        return text_of(call, t);
    const char *needed = expr(e, op->args[2]).s; /* allocs.c */
    return (Text){.s = arena_printf(e->arena, "%s ? %s : NULL", needed, call), .prec = PREC_COND, .type = t};
}

static Text room_call(Emitter *e, const Op *op)
{
    e->needs->runtime = true;
    const char *n = expr_assign(e, op->args[0]).s, *size = expr_assign(e, op->args[1]).s;
    return text_of(arena_printf(e->arena, "ad_push_room(%s, %s, %s)", expr(e, op->args[2]).s, n, size), op->results[0]->type);
}

static bool is_rooms(const Value *stack)
{
    return stack->type->elem->kind == TY_OPAQUE && !strcmp(stack->type->elem->name, "ad_rooms");
}

static Text pop_call(Emitter *e, const Op *op)
{
    Type *t = op->results[0]->type;
    e->needs->runtime = true;
    if (is_rooms(op->args[0]))
        return text_of(arena_printf(e->arena, "ad_pop_room(%s)", expr(e, op->args[0]).s), t);
    const char *call = arena_printf(e->arena, "%s(%s)", stack_call(e, op->args[0], "pop", t), expr(e, op->args[0]).s);
    if (t->kind == TY_PTR && t->elem->kind == TY_FUNC)
        return (Text){.s = arena_printf(e->arena, "(%s)%s", declare_var(e->arena, t, NULL, ""), call), .prec = PREC_UNARY, .type = t};
    return text_of(call, t);
}

Text call_expr(Emitter *e, const Op *op)
{
    switch (op->code) {
    case OP_ALLOC:
    case OP_REALLOC:
        return alloc_call(e, op);
    case OP_ROOM:
        return room_call(e, op);
    case OP_POP:
        return pop_call(e, op);
    case OP_CALL:
    case OP_CALLPTR:
        return text_of(call_text(e, op), op->nresults ? op->results[0]->type : op->of);
    default:
        ICE("emit: '%s' is no expression", op_info[op->code].text);
    }
}

/* ---------------------------------------------------------------------- memory */

static void emit_store(Emitter *e, const Op *op)
{
    Value *v = op->args[1];
    Text at = target_lvalue(e, op->args[0]);
    const Op *load = op_plan(e->plan, op)->update;
    if (load) {
        Target target = {at.s, v->type, NULL, load};
        char *text = compound_assign(e, &target, v->def);
        if (text) {
            line(e, "%s;", text);
            return;
        }
    }
    line(e, "%s = %s;", at.s, expr_assign(e, v).s);
}

static const char *zero_text(Emitter *e, const Type *t)
{
    e->needs->stddef_h |= t->kind == TY_PTR;
    return type_is_float(t) ? float_literal(e->arena, t, 0) : t->kind == TY_PTR ? "NULL" : "0";
}

static void emit_zero(Emitter *e, const Op *op)
{
    Value *p = op->args[0];
    const Type *t = p->type->elem;
    if (value_is(op->args[1], 1) && type_is_scalar(t)) {
        line(e, "%s = %s;", target_lvalue(e, p).s, zero_text(e, t));
        return;
    }
    e->needs->string = true;
    if (t->kind == TY_UCHAR && p->def && p->def->code == OP_PTRCAST) { /* bytes of what has another type */
        line(e, "memset(%s, 0, %s);", expr(e, p->def->args[0]).s, expr_assign(e, op->args[1]).s);
        return;
    }
    const char *size = arena_printf(e->arena, "sizeof(%s)", declare_var(e->arena, t, NULL, ""));
    if (!value_is(op->args[1], 1))
        size = arena_printf(e->arena, "%s * %s", at_prec(e, expr_assign(e, op->args[1]), PREC_MUL), size);
    line(e, "memset(%s, 0, %s);", expr(e, p).s, size);
}

/* n * sizeof(double), where the number of bytes is such a product. */
static const char *copied_bytes(Emitter *e, const Op *op)
{
    const Type *t = op->args[0]->type->elem;
    Value *bytes = op->args[2];
    const Op *product = bytes->def;
    const char *size = arena_printf(e->arena, "sizeof(%s)", declare_var(e->arena, t, NULL, ""));
    int64_t n;
    if (op->tape && value_int(bytes, &n) && n % t->size == 0)
        return arena_printf(e->arena, "%lld * %s", (long long)(n / t->size), size);
    if (op->tape && product && product->code == OP_MUL && plan_of(e->plan, bytes)->show == SHOW_INLINE &&
        is_size_of(product->args[1], t))
        return arena_printf(e->arena, "%s * %s", at_prec(e, expr(e, product->args[0]), PREC_MUL), size);
    return expr_assign(e, bytes).s;
}

static void emit_copy(Emitter *e, const Op *op)
{
    e->needs->string = true;
    line(e, "%s(%s, %s, %s);", op->tape ? "memcpy" : "memmove", expr_assign(e, op->args[0]).s, expr_assign(e, op->args[1]).s,
         copied_bytes(e, op));
}

/* a[i] in a loop over i: a; else NULL. */
static Value *walked_array(const Op *loop, const Value *at)
{
    const Op *index = at->def;
    bool walks = index && index->code == OP_INDEX && index->nargs == 2 && index->parent == loop->regions[0] &&
                 index->args[1] == loop->regions[0]->args[0];
    return walks ? index->args[0] : NULL;
}

/* Does the loop's body do nothing but a[i] = b[i], and the same for shadows? */
static bool only_copies(const Op *loop)
{
    for (const Op *op = loop->regions[0]->first; op->next; op = op->next) {
        if (op->code != OP_STORE) {
            if (op->code != OP_LOAD && op->code != OP_INDEX)
                return false;
            continue;
        }
        const Op *load = op->args[1]->def;
        const Value *to = walked_array(loop, op->args[0]);
        const Value *from = load && load->code == OP_LOAD && load->parent == op->parent ? walked_array(loop, load->args[0]) : NULL;
        if (!to || !from || to->type->elem != from->type->elem || (to->def && to->def->parent == op->parent) ||
            (from->def && from->def->parent == op->parent))
            return false;
        if (to->type->elem_const || to->type->elem_volatile || from->type->elem_volatile)
            return false;
    }
    return true;
}

/* memcpy(a, b, n * sizeof(double)) for the loop that it became. */
bool emit_transfer(Emitter *e, const Op *loop)
{
    int64_t lo;
    if (!loop->is_static || loop->reversed || loop->note || loop->omp || loop->cmp != OP_LT || loop->nresults != 1 ||
        !value_int(loop->args[0], &lo) || lo != 0 || !value_is(loop->args[2], 1) || e->plan->raw_uses[loop->results[0]->id] || !only_copies(loop))
        return false;
    Value *n = loop->args[1];
    if (plan_of(e->plan, n)->show == SHOW_INLINE && n->def->code == OP_CAST && type_is_int(n->def->args[0]->type))
        n = n->def->args[0]; /* converted by the product, too */
    const char *count = at_prec(e, expr_assign(e, n), PREC_MUL);
    e->needs->string = true;
    for (const Op *op = loop->regions[0]->first; op; op = op->next)
        if (op->code == OP_STORE) {
            Value *to = walked_array(loop, op->args[0]), *from = walked_array(loop, op->args[1]->def->args[0]);
            const char *type = declare_var(e->arena, to->type->elem, NULL, "");
            line(e, "memcpy(%s, %s, %s * sizeof(%s));", expr_assign(e, to).s, expr_assign(e, from).s, count, type);
        }
    return true;
}

static void emit_push(Emitter *e, const Op *op)
{
    Value *v = op->args[1];
    const char *cast = v->type->kind != TY_PTR ? "" : v->type->elem->kind == TY_FUNC ? "(ad_fn)" : v->type->elem_const ? "(void *)" : "";
    Text t = expr_assign(e, v);
    line(e, "%s(%s, %s%s);", stack_call(e, op->args[0], "push", v->type), expr(e, op->args[0]).s, cast,
         *cast ? at_prec(e, t, PREC_UNARY) : t.s);
}

static bool goes_with(const Op *first, const Op *op)
{
    return op && op->code == OP_PUSH && op->args[0] == first->args[0] && op->args[1]->type == first->args[1]->type;
}

/* Numbers of one type that go on a stack one after another go as one block: it is looked once whether there is room. They may come back one
 * by one: a block is in one chunk. Returns the last; NULL: op is none of several. */
Op *emit_pushes(Emitter *e, Op *op)
{
    const Type *t = op->code == OP_PUSH ? op->args[1]->type : NULL;
    if (!t || pass_options.no_rooms || !(type_is_int(t) || type_is_float(t)) || !goes_with(op, op->next) ||
        !strcmp(op->args[0]->type->elem->name, "ad_fixed_stack"))
        return NULL;
    Op *last = op;
    Loc outer = e->loc;
    e->loc = op->loc.line > 0 ? op->loc : outer;
    const char *values = expr_assign(e, op->args[1]).s;
    int n = 1;
    for (; n < MOST_PUSHED && goes_with(op, last->next); n++) {
        last = last->next;
        values = arena_printf(e->arena, "%s, %s", values, expr_assign(e, last->args[1]).s);
    }
    e->needs->runtime = true;
    line(e, "ad_push_block(%s, (%s[]){%s}, %d * sizeof(%s));", expr(e, op->args[0]).s, type_spelling(t), values, n, type_spelling(t));
    e->loc = outer;
    return last;
}

void emit_memory(Emitter *e, const Op *op)
{
    switch (op->code) {
    case OP_STORE:
        emit_store(e, op);
        break;
    case OP_ACCUM:
        if (op->atomic)
            emit_pragma(e, "atomic");
        line(e, "%s;", add_to(e, target_lvalue(e, op->args[0]).s, op->args[1]->type, op->args[1]));
        break;
    case OP_ZERO:
        emit_zero(e, op);
        break;
    case OP_COPY:
        emit_copy(e, op);
        break;
    case OP_FREE:
        e->needs->stdlib = true;
        line(e, "free(%s);", expr_assign(e, op->args[0]).s);
        break;
    case OP_PUSH:
        emit_push(e, op);
        break;
    case OP_ASSERT:
        e->needs->assert_h = true;
        line(e, "assert(%s);", condition(e, op->args[0], false).s);
        break;
    default:
        if (op->code != OP_CALL && op->code != OP_CALLPTR && op->code != OP_POP && op->code != OP_ROOM && op->code != OP_ALLOC && op->code != OP_REALLOC)
            ICE("emit: '%s' is no statement", op_info[op->code].text);
        if (returns_record(op))
            line(e, "%s = %s;", lvalue(e, op->args[op->nargs - 1]).s, call_text(e, op));
        else
            line(e, "%s;", call_expr(e, op).s);
    }
}
