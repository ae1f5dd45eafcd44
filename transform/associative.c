/* associative.c: -fassociative: innermost loops that sum up keep several partial sums, so that compilers vectorise them without -ffast-math.
 *
 *     for (i = 0; i < n; i++) s += a[i] * b[i];
 *  -> double part_s[4] = {0};
 *     for (i = 0; i < n / 4 * 4; i += 4) for (l = 0; l < 4; l++) part_s[l] += a[i + l] * b[i + l];
 *     for (; i < n; i++) s += a[i] * b[i];
 *     s += part_s[0] + part_s[1] + (part_s[2] + part_s[3]);
 *
 * The iterations are the same, in the same order; only the sums are added up in another one, which changes their rounding, the function's own
 * value included. Loops that carry something else, that call functions (which take longer than a sum), whose iterations are few, that run
 * backwards or in parallel, or that write memory which may overlap what they read stay as they are. This is the last pass: nothing is decided any more on sums that the forward and the reverse sweep
 * would have to find equal.
 */
#include "derivative.h"

enum { BYTES = 32, FEW = 8, MAX_SUMS = 4, LARGE = 48 };

/* ---------------------------------------------------------------------- which loops */

static int uses_of(const Region *r, const Value *v)
{
    int n = 0;
    for (const Op *op = r->first; op; op = op_next(op)) {
        for (int i = 0; i < op->nargs; i++)
            n += op->args[i] == v;
        for (int k = 0; k < op->nregions; k++)
            n += uses_of(op->regions[k], v);
    }
    return n;
}

static bool is_sum(const Op *op)
{
    return op && (op->code == OP_ADD || op->code == OP_SUB);
}

/* Is `next` carried + ... - ..., and carried as well as the sums in between used for nothing else? */
static bool adds_to(const Region *body, const Value *carried, const Value *next)
{
    if (!type_is_float(carried->type) || next == carried || uses_of(body, carried) != 1)
        return false;
    for (const Op *op = next->def; is_sum(op) && op->parent == body && uses_of(body, op->results[0]) == 1; op = op->args[0]->def)
        if (op->args[0] == carried || (op->code == OP_ADD && op->args[1] == carried))
            return true;
    return false;
}

static bool may_stand(const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    if (op->nregions || op->code == OP_PUSH || op->code == OP_POP || op->atomic || op->shared)
        return false;
    if (kind == KIND_MATH)
        return op->nresults == 1 && (op->code == OP_SQRT || op->code == OP_FABS || op->code == OP_FMAX || op->code == OP_FMIN);
    return kind == KIND_CONST || kind == KIND_ARITH || kind == KIND_ADDR || op->code == OP_LOAD || op->code == OP_STORE ||
           op->code == OP_ACCUM || op->code == OP_MULZ || op->code == OP_YIELD || op->code == OP_GLOBAL;
}

/* Is what op writes, if anything, the function's own memory or a restrict parameter's? Of other memory compilers would have to find out in
 * each block that it does not overlap what is read, which costs more than the sums. */
static bool writes_apart(const Op *op)
{
    if (op->code != OP_STORE && op->code != OP_ACCUM)
        return true;
    const Value *root = op->args[0];
    while (root->def && op_info[root->def->code].kind == KIND_ADDR && root->def->code != OP_PTRINT)
        root = root->def->args[0];
    if (root->def)
        return root->def->code == OP_ALLOC || root->def->code == OP_LOCAL;
    return root->var && root->var->is_param && root->var->is_restrict;
}

/* Never negative: a constant, or a counter that starts at one. */
static bool is_natural(const Value *v)
{
    int64_t c;
    if (value_int(v, &c))
        return c >= 0;
    const Op *loop = v->def ? NULL : v->arg_of->owner;
    return !type_is_signed(v->type) || (loop && loop->code == OP_FOR && v->index == 0 && for_step(loop) > 0 && is_natural(loop->args[0]));
}

bool loop_is_natural(const Op *loop)
{
    return loop->cmp == OP_LT && is_natural(loop->args[0]);
}

static bool has_many_iterations(const Op *loop)
{
    int64_t lo, hi;
    return !value_int(loop->args[0], &lo) || !value_int(loop->args[1], &hi) || hi - lo >= FEW;
}

static bool is_candidate(const Op *loop)
{
    int64_t step;
    int n = 0;
    if (loop->code != OP_FOR || loop->reversed || loop->omp || (loop->loop && loop->loop->omp) ||
        !value_int(loop->args[2], &step) || step != 1 || !loop_is_natural(loop) || !has_many_iterations(loop))
        return false;
    const Region *body = loop->regions[0];
    int nsums = body->nargs - 1;
    if (nsums < 1 || nsums > MAX_SUMS)
        return false;
    for (const Op *op = body->first; op; op = op->next)
        if (!may_stand(op) || !writes_apart(op) || ++n > LARGE)
            return false;
    for (int i = 0; i < nsums; i++)
        if (!adds_to(body, body->args[1 + i], body->last->args[i]))
            return false;
    return true;
}

/* ---------------------------------------------------------------------- the loop in blocks */

typedef struct {
    Op *loop;
    int width, nsums;
    Value *part[MAX_SUMS]; /* pointers to the partial sums */
} Blocks;

static Value *part_address(Builder *b, Value *part, Value *l)
{
    return build_index(b, build_decay(b, part), l);
}

Value *end_of_blocks(Builder *b, Value *lo, Value *hi, int size, bool counter_used)
{
    Value *width = build_int(b, lo->type, size);
    int64_t first, last;
    if (value_int(lo, &first) && value_int(hi, &last))
        return build_int(b, lo->type, first + (last - first) / size * size);
    bool zero = value_is(lo, 0), from_zero = zero && (!counter_used || !type_is_signed(lo->type));
    Value *n = zero ? hi : build_bin(b, OP_SUB, hi, lo);
    Value *whole = build_bin(b, OP_MUL, build_bin(b, OP_DIV, n, width), width);
    if (from_zero)
        return whole; /* of a negative hi: 0 or less */
    return build_select(b, build_bin(b, OP_LT, lo, hi), zero ? whole : build_bin(b, OP_ADD, lo, whole), lo);
}

void drop_if_empty(Fn *fn, Op *rest)
{
    int64_t lo, hi;
    if (!value_int(rest->args[0], &lo) || !value_int(rest->args[1], &hi) || lo < hi)
        return;
    PtrMap map = {.arena = fn->arena};
    ptrmap_put(&map, rest->results[0], rest->args[0]);
    for (int i = 1; i < rest->nresults; i++)
        ptrmap_put(&map, rest->results[i], rest->args[2 + i]);
    replace_uses_map(fn, &map);
    op_remove(rest);
}

static void build_blocks(const Blocks *s, Builder *b, Value *end)
{
    Op *loop = s->loop;
    Region *body = loop->regions[0];
    Type *t = loop->args[0]->type;
    Fn *fn = b->fn;
    Op *outer = build_for(b, loop->args[0], end, build_int(b, t, s->width), OP_LT);
    outer->note = "partial sums, side by side";
    outer->results[0]->var = NULL;
    Value *i = outer->regions[0]->args[0];
    i->var = body->args[0]->var;
    Builder in = at_end(outer->regions[0]);
    in.loc = b->loc;
    Op *inner = build_for(&in, build_int(&in, t, 0), build_int(&in, t, s->width), build_int(&in, t, 1), OP_LT);
    build_yield(&in, NULL, 0);
    Builder each = at_end(inner->regions[0]);
    each.loc = b->loc;
    Value *l = inner->regions[0]->args[0];
    l->var = var_named(fn, t, "", NULL, "l");
    PtrMap map = {.arena = fn->arena};
    ptrmap_put(&map, body->args[0], build_bin(&each, OP_ADD, i, l));
    for (int k = 0; k < s->nsums; k++)
        ptrmap_put(&map, body->args[1 + k], build_load(&each, part_address(&each, s->part[k], l)));
    clone_ops(&each, body, &map, true);
    for (int k = 0; k < s->nsums; k++)
        build_store(&each, part_address(&each, s->part[k], l), map_value(&map, body->last->args[k]));
    build_yield(&each, NULL, 0);
}

/* part[0] + part[1] + (part[2] + part[3]): halves, each summed so. */
static Value *sum_parts(Builder *b, Value *part, int from, int n)
{
    if (n == 1)
        return build_load(b, part_address(b, part, build_int(b, type_scalar(TY_INT), from)));
    Value *left = sum_parts(b, part, from, n / 2);
    return build_bin(b, OP_ADD, left, sum_parts(b, part, from + n / 2, n - n / 2));
}

static void split_sums(Fn *fn, Op *loop, bool counter_used)
{
    Region *body = loop->regions[0];
    Blocks s = {loop, 0, body->nargs - 1, {NULL}};
    int64_t widest = 4;
    for (int k = 0; k < s.nsums; k++)
        widest = body->args[1 + k]->type->size > widest ? body->args[1 + k]->type->size : widest;
    s.width = (int)(BYTES / widest);
    Builder b = before_op(loop), behind = after_op(loop);
    b.loc = behind.loc = loop->loc;
    for (int k = 0; k < s.nsums; k++) {
        const Value *carried = body->args[1 + k];
        Type *array = type_array(carried->type, s.width);
        s.part[k] = build_local(&b, array, var_named(fn, array, "part_", carried->var, "sum"), NULL, 0);
        s.part[k]->def->zeroed = true;
    }
    Value *end = end_of_blocks(&b, loop->args[0], loop->args[1], s.width, counter_used);
    build_blocks(&s, &b, end);
    loop->args[0] = end;
    PtrMap results = {.arena = fn->arena};
    Ptrs sums = {.arena = fn->arena};
    for (int k = 0; k < s.nsums; k++) {
        Value *rest = loop->results[1 + k], *sum = build_bin(&behind, OP_ADD, rest, sum_parts(&behind, s.part[k], 0, s.width));
        sum->var = rest->var;
        ptrmap_put(&results, rest, sum);
        ptrs_push(&sums, sum);
    }
    replace_uses_map(fn, &results);
    for (int k = 0; k < s.nsums; k++)
        ((Value *)sums.at[k])->def->args[0] = loop->results[1 + k];
    drop_if_empty(fn, loop);
}

static void find_sums(Op *op, void *ctx)
{
    if (is_candidate(op))
        ptrs_push(ctx, op);
}

void split_all_sums(Fn *fn)
{
    Ptrs found = {.arena = fn->arena};
    int *uses = count_uses(fn);
    walk_ops(fn->body, find_sums, &found);
    for (size_t i = 0; i < found.n; i++)
        split_sums(fn, found.at[i], uses[((const Op *)found.at[i])->results[0]->id] > 0);
}
