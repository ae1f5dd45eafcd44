/* call_path.c: an error in a function that others lead to says how it is reached: `needed by loss_grad: loss -> layer -> act`. */
#include "transform.h"

#include <string.h>

typedef struct {
    const Fn *fn;
    int from; /* index of the caller, -1: the root */
} Reached;

typedef struct {
    Program *p;
    Arena *arena;
    Ptrs queue; /* Reached* */
    int caller;
} Search;

/* The function whose text the place is in: the last one in its file that begins before it. */
static const Fn *function_at(const Program *p, Loc loc)
{
    const Fn *best = NULL;
    for (size_t i = 0; i < p->fns.n; i++) {
        const Fn *fn = p->fns.at[i];
        if (fn->has_body && fn->loc.file == loc.file && fn->loc.line <= loc.line && (!best || fn->loc.line > best->loc.line))
            best = fn;
    }
    return best;
}

static void reach(Op *op, void *ctx)
{
    Search *s = ctx;
    if (op->code != OP_CALL || !op->callee || !op->callee->has_body)
        return;
    for (size_t i = 0; i < s->queue.n; i++)
        if (((Reached *)s->queue.at[i])->fn == op->callee)
            return;
    Reached *r = arena_alloc(s->arena, sizeof *r);
    *r = (Reached){op->callee, s->caller};
    ptrs_push(&s->queue, r);
}

static void put_path(Str *s, const Ptrs *queue, int at)
{
    const Reached *r = queue->at[at];
    if (r->from >= 0) {
        put_path(s, queue, r->from);
        str_put(s, " -> ");
    }
    str_put(s, r->fn->name);
}

void note_call_path(Loc loc, void *request)
{
    const Request *rq = request;
    Program *p = rq->fn->program;
    const Fn *target = p && loc.file >= 0 ? function_at(p, loc) : NULL;
    if (!target || target == rq->fn || !rq->fn->body)
        return;
    Search s = {.p = p, .arena = p->arena, .queue = {.arena = p->arena}};
    Reached root = {rq->fn, -1};
    ptrs_push(&s.queue, &root);
    for (size_t i = 0; i < s.queue.n; i++) {
        const Reached *r = s.queue.at[i];
        if (r->fn == target) {
            Str text = {.arena = p->arena};
            put_path(&text, &s.queue, (int)i);
            diag_note(rq->fn->loc, "needed by %s: %s", request_result_name(rq, p->arena), text.s);
            return;
        }
        s.caller = (int)i;
        if (r->fn->body)
            walk_ops(r->fn->body, reach, &s);
    }
}
