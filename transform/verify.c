/* verify.c: is a function well-formed IR? A violation is adgen's own bug: ICE with the pass's name and the op's text.
 *
 * One walk in program order: a value is visible from its definition to the end of its region, so the walk marks values as they are
 * defined and takes the marks back when the region ends. USE is exempt: it may refer to any value of the function. */
#include "recursion.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const Fn *fn;
    const char *pass;
    const Op *op; /* being checked */
    Arena *arena;
    const Value **owner; /* by id: the value that has it */
    bool *visible;       /* by id */
} Verifier;

_Noreturn static void violation(Verifier *v, const char *what)
{
    char *text = v->op ? op_to_text(v->arena, v->op) : "";
    const char *file = v->op ? diag_file_name(v->op->loc.file) : NULL;
    if (getenv("ADGEN_DUMP"))
        ir_print_fn(stderr, v->fn);
    ICE("after %s, function %s, %s:%d: %s: `%s`", v->pass, v->fn->name, file ? file : "?", v->op ? v->op->loc.line : 0, what, text);
}

static void need(Verifier *v, bool ok, const char *what)
{
    if (!ok)
        violation(v, what);
}

/* ---------------------------------------------------------------------- helpers on types */

/* Pointers may differ in qualifiers and pointee (a load from `const T *const *`, a NULL): what they point to is checked at the access. */
static bool same_type(const Type *a, const Type *b)
{
    return a == b || (a->kind == TY_PTR && b->kind == TY_PTR);
}

static Type *arg_type(const Op *op, int i)
{
    return op->args[i]->type;
}

static Type *result_type(const Op *op)
{
    return op->results[0]->type;
}

static bool is_ptr(const Type *t)
{
    return t->kind == TY_PTR;
}

static void need_shape(Verifier *v, const Op *op, int min_args, int max_args, int nresults, int nregions)
{
    need(v, op->nargs >= min_args && op->nargs <= max_args, "wrong number of operands");
    need(v, nresults < 0 || op->nresults == nresults, "wrong number of results");
    need(v, op->nregions == nregions, "wrong number of regions");
}

/* Operands first.. of `op` and `values` have the same types. */
static void need_same_list(Verifier *v, Value *const *a, int na, Value *const *b, int nb, const char *what)
{
    need(v, na == nb, what);
    for (int i = 0; i < na; i++)
        need(v, same_type(a[i]->type, b[i]->type), what);
}

/* ---------------------------------------------------------------------- ops by kind */

/* What a region's terminator passes on, checked against who takes it. */
static void check_passed(Verifier *v, const Region *r, OpCode code, int skip, Value *const *to, int nto, const char *what)
{
    const Op *t = region_terminator(r);
    need(v, t && t->code == code && t->nargs >= skip, "a region has the wrong terminator");
    need_same_list(v, t->args + skip, t->nargs - skip, to, nto, what);
}

static void check_for(Verifier *v, const Op *op)
{
    need_shape(v, op, 3, op->nargs, op->nargs - 2, 1);
    const Region *body = op->regions[0];
    need(v, type_is_int(arg_type(op, 0)) && arg_type(op, 0) == arg_type(op, 1) && arg_type(op, 0) == arg_type(op, 2),
         "bounds and step must have one integer type");
    need(v, op->cmp == OP_NE || (op->cmp >= OP_LT && op->cmp <= OP_GE), "bad loop comparison");
    need(v, body->nargs == op->nresults, "the body has the wrong number of arguments");
    need(v, body->args[0]->type == arg_type(op, 0) && result_type(op) == arg_type(op, 0), "the counter has the wrong type");
    int carried = op->nresults - 1;
    need_same_list(v, op->args + 3, carried, body->args + 1, carried, "initial values do not fit the body's arguments");
    need_same_list(v, op->results + 1, carried, body->args + 1, carried, "results do not fit the body's arguments");
    check_passed(v, body, OP_YIELD, 0, body->args + 1, carried, "the body's yield does not fit its arguments");
}

static void check_while(Verifier *v, const Op *op)
{
    need_shape(v, op, 0, op->nargs, -1, 2);
    const Region *before = op->regions[0], *after = op->regions[1];
    need_same_list(v, op->args, op->nargs, before->args, before->nargs, "initial values do not fit the first region's arguments");
    need_same_list(v, op->results, op->nresults, after->args, after->nargs, "results do not fit the second region's arguments");
    check_passed(v, before, OP_COND, 1, op->results, op->nresults, "what cond passes does not fit the results");
    need(v, type_is_scalar(region_terminator(before)->args[0]->type), "cond's condition is not a scalar");
    check_passed(v, after, OP_YIELD, 0, before->args, before->nargs,
                 "the second region's yield does not fit the first's arguments");
}

static void check_control(Verifier *v, const Op *op)
{
    switch (op->code) {
    case OP_IF:
        need_shape(v, op, 1, 1, -1, 2);
        need(v, type_is_scalar(arg_type(op, 0)), "the condition is not a scalar");
        for (int i = 0; i < 2; i++) {
            need(v, op->regions[i]->nargs == 0, "a region of an if has arguments");
            check_passed(v, op->regions[i], OP_YIELD, 0, op->results, op->nresults, "a region's yield does not fit the results");
        }
        break;
    case OP_FOR:
        check_for(v, op);
        break;
    case OP_WHILE:
        check_while(v, op);
        break;
    case OP_YIELD:
    case OP_COND:
        need_shape(v, op, op->code == OP_COND, op->nargs, 0, 0);
        need(v, op == op->parent->last, "a terminator is not the last op of its region");
        break;
    default: /* control rows added since: structure only */
        break;
    }
}

static void check_const(Verifier *v, const Op *op)
{
    need_shape(v, op, 0, 0, 1, 0);
    const Type *t = result_type(op);
    switch (op->code) {
    case OP_ICONST:
    case OP_SIZEOF:
        need(v, type_is_int(t), "not an integer type");
        need(v, op->code != OP_SIZEOF || op->of, "sizeof without a type");
        break;
    case OP_FCONST:
        need(v, type_is_float(t) || type_is_complex(t), "not a floating type");
        break;
    case OP_NULLPTR:
        need(v, is_ptr(t), "not a pointer type");
        break;
    case OP_STRING:
        need(v, op->text && is_ptr(t), "a string needs its text and a pointer type");
        break;
    case OP_FNADDR:
        need(v, (op->callee || op->text) && is_ptr(t), "a function's address needs a function and a pointer type");
        break;
    default:
        break;
    }
}

static bool needs_integers(OpCode code)
{
    return code == OP_REM || code == OP_AND || code == OP_OR || code == OP_XOR || code == OP_BITNOT;
}

static void check_arith(Verifier *v, const Op *op)
{
    need_shape(v, op, 1, 3, -1, 0);
    need(v, op->nresults >= 1, "no result");
    const Type *t = result_type(op);
    need(v, type_is_scalar(t), "the result is not a scalar");
    for (int i = 0; i < op->nargs; i++)
        need(v, type_is_scalar(arg_type(op, i)), "an operand is not a scalar");
    need(v, !needs_integers(op->code) || type_is_int(t), "not an integer type");
    if ((op->code >= OP_ADD && op->code <= OP_SHR && op->code != OP_NEG) || op->code == OP_LAND || op->code == OP_LOR ||
        op_is_compare(op->code)) {
        need_shape(v, op, 2, 2, 1, 0);
        need(v, bin_types_fit(op->code, arg_type(op, 0), arg_type(op, 1)), "operand types do not go together");
        need(v, t == bin_result_type(op->code, arg_type(op, 0), arg_type(op, 1)), "wrong result type");
    } else if (op->code == OP_NEG || op->code == OP_BITNOT || op->code == OP_LNOT) {
        need_shape(v, op, 1, 1, 1, 0);
        need(v, t == un_result_type(op->code, arg_type(op, 0)), "wrong result type");
    } else if (op->code == OP_SELECT) {
        need_shape(v, op, 3, 3, 1, 0);
        need(v, same_type(t, arg_type(op, 1)) && same_type(t, arg_type(op, 2)), "the choices differ in type from the result");
    } else if (op->code == OP_CAST) {
        need_shape(v, op, 1, 1, 1, 0);
        need(v, !is_ptr(t) && !is_ptr(arg_type(op, 0)), "a cast of pointers");
    }
}

static void check_field(Verifier *v, const Op *op)
{
    need_shape(v, op, 1, 1, 1, 0);
    const Type *record = arg_type(op, 0)->elem;
    need(v, record && record->kind == TY_RECORD && op->ival >= 0 && op->ival < record->nfields, "no such field");
    need(v, is_ptr(result_type(op)) && result_type(op)->elem == record->fields[op->ival].type, "wrong result type");
}

static void check_address(Verifier *v, const Op *op)
{
    need_shape(v, op, 1, 3, 1, 0);
    const Type *t = result_type(op), *a = arg_type(op, 0);
    switch (op->code) {
    case OP_INDEX:
        need_shape(v, op, 2, 3, 1, 0);
        need(v, is_ptr(t) && is_ptr(a) && t->elem == a->elem, "the result must have the base pointer's type");
        for (int i = 1; i < op->nargs; i++)
            need(v, type_is_int(arg_type(op, i)), "index or stride is not an integer");
        break;
    case OP_FIELD:
        need(v, is_ptr(a), "not a pointer");
        check_field(v, op);
        break;
    case OP_DECAY:
        need_shape(v, op, 1, 1, 1, 0);
        need(v, is_ptr(a) && a->elem->kind == TY_ARRAY && is_ptr(t) && t->elem == a->elem->elem, "not a pointer to an array");
        break;
    case OP_PTRCAST:
        need_shape(v, op, 1, 1, 1, 0);
        need(v, is_ptr(a) && is_ptr(t), "not pointers");
        break;
    case OP_PTRDIFF:
        need_shape(v, op, 2, 2, 1, 0);
        need(v, is_ptr(a) && is_ptr(arg_type(op, 1)) && type_is_int(t), "not two pointers and an integer result");
        break;
    case OP_PTRINT:
        need_shape(v, op, 1, 1, 1, 0);
        need(v, is_ptr(a) != is_ptr(t) && type_is_scalar(a) && type_is_scalar(t), "not a conversion between pointer and integer");
        break;
    default:
        break;
    }
}

/* LOAD, STORE, ACCUM: `t` is the type of what moves. */
static void check_access(Verifier *v, const Op *op, const Type *t)
{
    need(v, is_ptr(arg_type(op, 0)), "the address is not a pointer");
    const Type *elem = arg_type(op, 0)->elem;
    need(v, type_is_scalar(elem), "records and arrays are not moved whole");
    need(v, same_type(elem, t), "the value's type is not the memory's");
}

static void check_memory(Verifier *v, const Op *op)
{
    switch (op->code) {
    case OP_LOCAL:
        need_shape(v, op, 0, op->nargs, 1, 0);
        need(v, op->of && is_ptr(result_type(op)) && result_type(op)->elem == op->of, "the result must point to the local's type");
        for (int i = 0; i < op->nargs; i++)
            need(v, type_is_int(arg_type(op, i)), "a dimension is not an integer");
        break;
    case OP_GLOBAL:
        need_shape(v, op, 0, 0, 1, 0);
        need(v, op->var && is_ptr(result_type(op)), "a global needs its variable and a pointer type");
        break;
    case OP_ALLOC:
    case OP_REALLOC:
    case OP_ROOM:
        need_shape(v, op, 1, op->nargs, 1, 0);
        need(v, is_ptr(result_type(op)), "not a pointer type");
        break;
    case OP_FREE:
        need_shape(v, op, 1, 1, 0, 0);
        need(v, is_ptr(arg_type(op, 0)), "not a pointer");
        break;
    case OP_LOAD:
        need_shape(v, op, 1, 1, 1, 0);
        check_access(v, op, result_type(op));
        break;
    case OP_STORE:
    case OP_ACCUM:
        need_shape(v, op, 2, 2, 0, 0);
        check_access(v, op, arg_type(op, 1));
        break;
    case OP_ZERO:
        need_shape(v, op, 2, 2, 0, 0);
        need(v, is_ptr(arg_type(op, 0)) && type_is_int(arg_type(op, 1)), "not a pointer and a count");
        break;
    case OP_COPY:
        need_shape(v, op, 3, 3, 0, 0);
        need(v, is_ptr(arg_type(op, 0)) && is_ptr(arg_type(op, 1)) && type_is_int(arg_type(op, 2)), "not two pointers and a size");
        break;
    default:
        break;
    }
}

/* Does a function of several directions (recursion.h) take them there? Its caller may still be one of one direction. */
static bool takes_several(const Fn *f, int i)
{
    return f->instance && f->instance->directions && i < f->nparams && f->params[i]->shadow;
}

static void check_call(Verifier *v, const Op *op)
{
    need(v, op->nregions == 0, "a call has regions");
    if (op->code == OP_CALLPTR)
        need(v, op->nargs >= 1 && is_ptr(arg_type(op, 0)), "the function is not a pointer");
    if (op->code != OP_CALL)
        return;
    need(v, op->callee || op->text, "a call of nothing");
    const Fn *f = op->callee;
    if (!f)
        return;
    bool unused = f->sret && op->of && op->of->kind == TY_VOID; /* the record that it returns */
    int declared = f->nparams + (f->sret && !unused);
    need(v, op->nargs == declared || (f->is_variadic && op->nargs > declared), "the arguments do not fit the callee's parameters");
    bool has_value = f->ret->kind != TY_VOID && !f->sret;
    need(v, op->nresults <= has_value, "a result that the callee does not return");
    need(v, !op->nresults || same_type(result_type(op), f->ret), "the result's type is not what the callee returns");
    if (!f->has_body)
        return;
    need(v, f->body->nargs == f->nparams + f->sret, "the callee's body has other arguments than its declaration");
    for (int i = 0; i < declared; i++)
        need(v, same_type(arg_type(op, i), f->body->args[i]->type) || takes_several(f, i), "an argument's type is not the parameter's");
}

static void check_ad(Verifier *v, const Op *op)
{
    if (op->code == OP_USE || op->code == OP_HOLD) {
        need_shape(v, op, 1, 1, 1, 0);
        need(v, same_type(arg_type(op, 0), result_type(op)), "wrong result type");
    } else if (op->code == OP_MULZ) {
        need_shape(v, op, 2, 2, 1, 0);
        need(v, arg_type(op, 0) == arg_type(op, 1) && arg_type(op, 0) == result_type(op), "operand types do not go together");
    }
}

static void check_math(Verifier *v, const Op *op)
{
    int arity = op_info[op->code].arity;
    need_shape(v, op, arity, arity, math_nresults(op->code), 0);
    Type *t = math_float_type(op);
    need(v, type_is_float(t) || type_is_complex(t), "not a floating type");
    for (int i = 0; i < arity; i++)
        need(v, arg_type(op, i) == math_operand_type(op->code, i, t), "wrong operand type");
    for (int i = 0; i < op->nresults; i++)
        need(v, op->results[i]->type == math_result_type(op->code, i, t), "wrong result type");
}

static void check_op(Verifier *v, const Op *op)
{
    switch (op_info[op->code].kind) {
    case KIND_CTL:
        check_control(v, op);
        break;
    case KIND_CONST:
        check_const(v, op);
        break;
    case KIND_ARITH:
        check_arith(v, op);
        break;
    case KIND_ADDR:
        check_address(v, op);
        break;
    case KIND_MEM:
        check_memory(v, op);
        break;
    case KIND_CALL:
        check_call(v, op);
        break;
    case KIND_AD:
        check_ad(v, op);
        break;
    case KIND_MATH:
        check_math(v, op);
        break;
    }
}

/* ---------------------------------------------------------------------- structure and visibility */

static void define(Verifier *v, const Value *value)
{
    need(v, value->type != NULL, "a value has no type");
    need(v, value->id >= 0 && value->id < v->fn->nvalues, "a value's id is out of range");
    need(v, !v->owner[value->id], "two values have one id, or a value is defined twice");
    v->owner[value->id] = value;
    v->visible[value->id] = true;
}

static void check_operand(Verifier *v, const Op *op, const Value *a)
{
    need(v, a != NULL, "an operand is NULL");
    need(v, a->type != NULL, "an operand has no type");
    need(v, a->id >= 0 && a->id < v->fn->nvalues, "an operand is not a value of this function");
    need(v, v->owner[a->id] == a,
         op->code == OP_USE ? "use of a value that is not defined before it"
                            : "an operand is not defined before its use, or belongs to another function");
    need(v, op->code == OP_USE || v->visible[a->id], "an operand is not visible here");
}

static void check_region(Verifier *v, const Region *r);

static void check_links(Verifier *v, const Region *r, const Op *op)
{
    need(v, op->parent == r, "the op's parent is another region");
    need(v, op->prev ? op->prev->next == op : r->first == op, "the list of ops is broken before this op");
    need(v, op->next ? op->next->prev == op : r->last == op, "the list of ops is broken after this op");
    need(v, op->nregions >= 0 && op->nregions <= 2, "wrong number of regions");
    for (int i = 0; i < op->nresults; i++)
        need(v, op->results[i] && op->results[i]->def == op && op->results[i]->index == i,
             "a result does not point back to its op");
}

static void check_region_op(Verifier *v, const Region *r, const Op *op)
{
    v->op = op;
    check_links(v, r, op);
    for (int i = 0; i < op->nargs; i++)
        check_operand(v, op, op->args[i]);
    for (int i = 0; i < op->nregions; i++) {
        need(v, op->regions[i] && op->regions[i]->owner == op, "a region does not point back to its op");
        check_region(v, op->regions[i]);
        v->op = op;
    }
    for (int i = 0; i < op->nresults; i++)
        define(v, op->results[i]);
    check_op(v, op);
}

static void hide(Verifier *v, Value *const *values, int n)
{
    for (int i = 0; i < n; i++)
        v->visible[values[i]->id] = false;
}

static void check_region(Verifier *v, const Region *r)
{
    need(v, r->fn == v->fn, "a region belongs to another function");
    for (int i = 0; i < r->nargs; i++) {
        need(v, r->args[i] && r->args[i]->arg_of == r && r->args[i]->index == i && !r->args[i]->def,
             "a region argument does not point back to its region");
        define(v, r->args[i]);
    }
    for (const Op *op = r->first; op; op = op_next(op))
        check_region_op(v, r, op);
    need(v, region_terminator(r) != NULL, "a region has no terminator");
    for (const Op *op = r->first; op; op = op_next(op))
        hide(v, op->results, op->nresults);
    hide(v, r->args, r->nargs);
}

static void check_signature(Verifier *v)
{
    const Fn *fn = v->fn;
    need(v, fn->body && !fn->body->owner, "the function has no body region");
    need(v, fn->body->nargs == fn->nparams + fn->sret, "the body's arguments are not the parameters");
    for (int i = 0; i < fn->nparams; i++) {
        const Type *declared = fn->params[i]->type, *t = fn->body->args[i]->type;
        need(v, declared->kind >= TY_VOID || declared == t, "a parameter's value has another type than its variable");
        need(v, declared->kind != TY_RECORD || is_ptr(t), "a record parameter is not represented by a pointer");
    }
    const Op *yield = region_terminator(fn->body);
    bool has_value = fn->ret->kind != TY_VOID && !fn->sret;
    need(v, yield && yield->code == OP_YIELD && yield->nargs == has_value, "the body's yield does not fit the return type");
    need(v, !has_value || same_type(yield->args[0]->type, fn->ret), "what is returned has the wrong type");
}

void verify_fn(const Fn *fn, const char *after_pass)
{
    if (!fn->has_body)
        return;
    Arena *a = arena_new();
    Verifier v = {.fn = fn, .pass = after_pass, .arena = a};
    v.owner = arena_alloc(a, (size_t)fn->nvalues * sizeof *v.owner + 1);
    v.visible = arena_alloc(a, (size_t)fn->nvalues + 1);
    need(&v, fn->body != NULL, "the function has no body region");
    check_region(&v, fn->body);
    v.op = NULL;
    check_signature(&v);
    arena_free(a);
}

bool verify_each_pass(void)
{
    static int each = -1;
    if (each < 0)
        each = getenv("ADGEN_VERIFY") != NULL;
    return each;
}
