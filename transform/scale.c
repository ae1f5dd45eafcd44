/* scale.c: the reverse of a softmax reads what was normalised, not the exponentials and not their sum.
 *
 *     p[i] = exp(x[i] - m);  s += p[i];   ...   p[i] /= s;      (or p[i] *= c, c = 1 / s)
 *
 * Where the function is the same for every m (shift.c has proved it), so are its derivatives by x; with m + log(s) in the place of m the
 * exponential is p[i] as it is in the end, and s and c are 1:
 *
 *     d_s -= d_p[i] / s * p[i];                                 d_s -= d_p[i] * p[i];
 *     d_x[i] += (d_p[i] / s + d_s) * exp(x[i] - m);     ->      d_x[i] += (d_p[i] + d_s) * p[i];
 *
 * Precondition: of all that changes with m, the reverse sweep uses these values only, and p stays in memory as it is. Where c is 0 because s
 * is, so is every p[i], which is a factor of all that reaches x. The derivatives differ in rounding (-fno-scale).
 */
#include "derivative.h"

typedef struct {
    Fn *fn;
    const Normal *n;
    Ptrs units;      /* Value*: 1 where the exponential is p */
    const Op *guard; /* if (s != 0) c = 1 / s, else 0; or NULL */
    int zero;        /* the side with the 0 */
    Ptrs uses;       /* Op*: USEs of what changes */
    Ptrs tests;      /* Op*: the ifs of the reverse sweep that mirror guard */
    bool good, any;
} Scale;

static bool is_float(const Value *v, long double c)
{
    return v->def && v->def->code == OP_FCONST && !v->def->text && v->def->fval == c;
}

/* c, and what it is 1 / of. */
static void find_units(Scale *s, Value *c)
{
    const Op *op = c->def;
    ptrs_push(&s->units, c);
    if (op && op->code == OP_IF && op->nresults == 1 && !s->guard) {
        Value *side[2] = {op->regions[0]->last->args[0], op->regions[1]->last->args[0]};
        for (int k = 0; k < 2; k++)
            if (is_float(side[k], 0)) {
                s->guard = op;
                s->zero = k;
                find_units(s, side[!k]);
                return;
            }
    }
    if (op && op->code == OP_DIV && is_float(op->args[0], 1))
        ptrs_push(&s->units, op->args[1]);
}

static bool has_effect(const Region *r)
{
    for (const Op *op = r->first; op; op = op_next(op))
        if (op->nregions || op_info[op->code].effect > EFFECT_READS)
            return true;
    return false;
}

static void visit(Op *op, void *ctx)
{
    Scale *s = ctx;
    if (op->loop && op->loop->checkpoint)
        s->good = false;
    if (op->code == OP_IF && s->guard && op->mirror == s->guard) {
        s->good &= !has_effect(op->regions[s->zero]);
        ptrs_push(&s->tests, op);
    }
    if (op->code != OP_USE || !ptrmap_get(&s->n->changing, op->args[0]))
        return;
    Value *v = op->args[0];
    s->any |= v == s->n->e;
    s->good &= v == s->n->e || v == s->n->loaded || ptrs_has(&s->units, v);
    ptrs_push(&s->uses, op);
}

static void rescale(Scale *s)
{
    Fn *fn = s->fn;
    PtrMap ones = {.arena = fn->arena};
    for (size_t i = 0; i < s->uses.n; i++) {
        Op *use = s->uses.at[i];
        Builder b = before_op(use);
        if (use->args[0] == s->n->loaded)
            use->args[0] = s->n->p;
        else if (use->args[0] != s->n->e)
            ptrmap_put(&ones, use->results[0], build_float(&b, use->results[0]->type, 1));
    }
    for (size_t i = 0; i < s->tests.n; i++) {
        Op *test = s->tests.at[i];
        Builder b = before_op(test);
        test->args[0] = build_int(&b, test->args[0]->type, s->zero);
    }
    replace_uses_map(fn, &ones);
    if (!fn->read_again) {
        fn->read_again = arena_alloc(fn->arena, sizeof *fn->read_again);
        *fn->read_again = (PtrMap){.arena = fn->arena};
    }
    ptrmap_put(fn->read_again, s->n->e, s->n->store);
    ptrmap_put(fn->read_again, s->n->norm, s->n->norm);
}

void use_normalised(Fn *fn)
{
    for (size_t i = 0; fn->normals && i < fn->normals->n && !fn->split && !fn->limited && !fn->instance; i++) {
        Scale s = {.fn = fn,
                   .n = fn->normals->at[i],
                   .units.arena = fn->arena,
                   .uses.arena = fn->arena,
                   .tests.arena = fn->arena,
                   .good = true};
        if (pass_options.no_reload || !mem_stored_reloadable(fn->mem, s.n->norm))
            continue;
        find_units(&s, s.n->factor);
        walk_ops(fn->body, visit, &s);
        if (s.good && s.any)
            rescale(&s);
    }
}
