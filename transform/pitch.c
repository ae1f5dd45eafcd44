/* pitch.c: rows that lie a stride apart.
 *
 *     for (r < rows) for (k < n) p[r * pitch + k] = ...          void f_vjp(int rows, int n, int pitch, ...)
 *
 * reach into each other where n > pitch, which nobody means and nothing says. What was stored is then not what is there in the end, and has to be kept.
 * Where this matters there are two versions, chosen by `n <= pitch` (apart.c): found are here the conditions of the kind in a function; its
 * overlap.c goes by them where the version is made for which they hold. Precondition: n and pitch are integer parameters, which C compares as they are.
 */
#include "analysis.h"
#include "derivative.h"

typedef struct {
    const MemInfo *m;
    Fn *fn;
} Search;

static const Value *symbol_value(const MemInfo *m, int sym)
{
    return m->value[sym / POLY_SIDES];
}

/* The loop whose counter the symbol is; or NULL. */
static const Op *counted_loop(const MemInfo *m, int sym)
{
    const Value *v = symbol_value(m, sym);
    const Op *loop = !v->def && v->index == 0 ? v->arg_of->owner : NULL;
    return loop && loop->code == OP_FOR ? loop : NULL;
}

/* The index of the integer parameter that the symbol is; -1: it is none. */
static int parameter(const Search *s, int sym)
{
    const Value *v = symbol_value(s->m, sym);
    bool plain = !v->def && v->arg_of == s->fn->body && v->index < s->fn->nparams && type_is_int(v->type) && v->type->size >= 4;
    return plain && s->fn->params[v->index]->name && *s->fn->params[v->index]->name ? v->index : -1;
}

/* *count + *plus: one more than the counter ever is. *count < 0: *plus alone. */
static bool counter_end(const Search *s, const Op *loop, int *count, int64_t *plus)
{
    enum { MAX_DEPTH = 4 };
    for (int depth = 0; depth < MAX_DEPTH; depth++) {
        bool up = for_step(loop) > 0;
        if (up ? loop->cmp != OP_LT && loop->cmp != OP_LE : loop->cmp != OP_GT && loop->cmp != OP_GE)
            return false;
        Poly most = poly_of_value(s->m, loop->args[up ? 1 : 0]);
        *plus += up && loop->cmp == OP_LT ? -1 : 0;
        if (!most.known || most.n > 1 || (most.n == 1 && (most.t[0].coef != 1 || most.t[0].sym[1] >= 0)))
            return false;
        *plus += most.c;
        *count = most.n ? parameter(s, most.t[0].sym[0]) : -1;
        loop = most.n && *count < 0 ? counted_loop(s->m, most.t[0].sym[0]) : NULL;
        if (!loop)
            return most.n == 0 || *count >= 0;
    }
    return false;
}

static void note(const Search *s, int count, int64_t plus, int stride)
{
    const Type *t = s->fn->body->args[stride]->type;
    if (count >= 0 && (count == stride || s->fn->body->args[count]->type != t || plus > 1))
        return;
    if (count < 0 && (!type_is_signed(t) || plus < 2 || plus > INT16_MAX))
        return;
    Pitch found = {count, stride, count >= 0 && plus < 0 ? 0 : (int)plus};
    for (int i = 0; i < s->fn->npitches; i++) {
        const Pitch *p = &s->fn->pitch[i];
        if (p->count == found.count && p->stride == found.stride && p->plus == found.plus)
            return;
    }
    if (s->fn->npitches < MAX_PITCHES)
        s->fn->pitch[s->fn->npitches++] = found;
}

/* size * row * stride + size * k: k stays below the stride if a row does not reach into the next. */
static void find_pitches(Op *op, void *ctx)
{
    const Search *s = ctx;
    if (op->code != OP_LOAD && op->code != OP_STORE)
        return;
    const Poly *off = s->m->address[op->args[0]->id].off;
    for (int i = 0; off && off->known && i < off->n; i++) {
        const Term *row = &off->t[i];
        if (row->sym[1] < 0 || row->sym[2] >= 0)
            continue;
        int side = counted_loop(s->m, row->sym[0]) ? 1 : 0, stride = parameter(s, row->sym[side]);
        if (stride < 0 || !counted_loop(s->m, row->sym[!side]))
            continue;
        for (int k = 0; k < off->n; k++) {
            const Term *t = &off->t[k];
            const Op *loop = t->sym[0] >= 0 && t->sym[1] < 0 && t->coef == row->coef ? counted_loop(s->m, t->sym[0]) : NULL;
            int count;
            int64_t plus = 1;
            if (loop && counter_end(s, loop, &count, &plus))
                note(s, count, plus, stride);
        }
    }
}

bool note_pitches(Fn *fn)
{
    MemInfo *m = mem_analyse(fn);
    Search s = {m, fn};
    walk_ops(fn->body, find_pitches, &s);
    mem_free(m);
    return fn->npitches > 0;
}

const char *pitch_condition(const Fn *fn, const Fn *names)
{
    Str s = {.arena = fn->arena};
    for (int i = 0; i < fn->npitches; i++) {
        const Pitch *p = &fn->pitch[i];
        str_put(&s, i ? " && " : "");
        if (p->count < 0)
            str_fmt(&s, "%d", p->plus);
        else
            str_put(&s, names->params[p->count]->name);
        str_fmt(&s, " %s %s", p->count >= 0 && p->plus == 1 ? "<" : "<=", names->params[p->stride]->name);
    }
    return s.s;
}
