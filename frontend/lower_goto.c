/* lower_goto.c: jumps to the labels of a block become scopes and loops.
 *
 *   forward     { a; if (c) goto end; b; end: d; }     -> { SCOPE end { a; if (c) exit end; b; } d; }
 *   backward    { top: a; if (c) goto top; b; }        -> { do { again = 0; SCOPE top { a; if (c) {again = 1; exit top} } } while (again); b; }
 *   into a loop so made { if (c) goto mid; top: a; mid: b; if (d) goto top; }
 *            -> { at = 0; do { SCOPE { if (at == 0) {..; at = 1}  if (at == 1) {a; at = 2}  if (at == 2) {b; ..; at = 3} } } while (at < 3); }
 *
 * Labels in a list mark places: here they are statements without a statement of their own. Variables that a part declares for what
 * follows are declared before it. A jump into a block from outside stays unresolved and is refused.
 */
#include "lower.h"

typedef struct {
    Lower *l;
    Stmt *block;
} Gotos;

static uint64_t bit_at(const Gotos *g, int i)
{
    const Stmt *s = g->block->list[i];
    return s->kind == ST_LABEL && !s->body ? label_bit(g->l, s->label) : 0;
}

static Stmt *done(Stmt *s)
{
    exits_combine(s);
    return s;
}

/* The variables declared by list[first..last], which are from now on declared before it. */
static Stmt *hoist(Gotos *g, int first, int last)
{
    Ptrs decls = {.arena = g->l->arena};
    for (int i = first; i <= last; i++) {
        Stmt *s = g->block->list[i];
        for (int k = 0; (s->kind == ST_DECL || s->kind == ST_HOIST) && k < s->ndecls; k++)
            if (!decl_is_vla(s->decls[k]))
                ptrs_push(&decls, s->decls[k]);
        if (s->kind == ST_HOIST)
            s->ndecls = 0;
    }
    return done(make_declaration(g->l, ST_HOIST, (Decl **)decls.at, (int)decls.n, g->block->loc));
}

/* list[first..last] -> with */
static void replace(Gotos *g, int first, int last, Stmt **with, int n)
{
    Stmt *b = g->block;
    int total = b->nlist - (last - first + 1) + n, k = 0;
    Stmt **list = arena_alloc(g->l->arena, (size_t)(total + 1) * sizeof *list);
    for (int i = 0; i < first; i++)
        list[k++] = b->list[i];
    for (int i = 0; i < n; i++)
        list[k++] = with[i];
    for (int i = last + 1; i < b->nlist; i++)
        list[k++] = b->list[i];
    b->list = list;
    b->nlist = k;
}

static Stmt *make_scope(Gotos *g, Stmt *body, uint64_t absorbs, Decl *jump)
{
    Stmt *s = make_stmt(g->l, ST_SCOPE, body->loc);
    s->scope = arena_alloc(g->l->arena, sizeof *s->scope);
    s->scope->absorbs = absorbs;
    s->scope->jump = jump;
    s->body = body;
    return done(s);
}

static Stmt *part(Gotos *g, int first, int last)
{
    Stmt **list = g->block->list + first;
    return make_block(g->l, list[0]->loc, list, last - first + 1);
}

static int find_last_jump(const Gotos *g, int from, uint64_t bit)
{
    for (int i = g->block->nlist - 1; i >= from; i--)
        if (g->block->list[i]->exits & bit)
            return i;
    return -1;
}

static int find_first_jump(const Gotos *g, int before, uint64_t bit)
{
    for (int i = 0; i < before; i++)
        if (g->block->list[i]->exits & bit)
            return i;
    return -1;
}

/* Is a label in list[first..last] jumped to from before first? */
static bool entered_inside(const Gotos *g, int first, int last)
{
    for (int i = first; i <= last; i++) {
        uint64_t bit = bit_at(g, i);
        if (bit && find_first_jump(g, first, bit) >= 0)
            return true;
    }
    return false;
}

static Stmt *make_do(Gotos *g, Stmt *body, Expr *cond)
{
    Stmt *s = make_stmt(g->l, ST_DO, body->loc);
    s->body = body;
    s->e = cond;
    return done(s);
}

/* The label at p is jumped to from list[p+1..last]. */
static void make_loop(Gotos *g, int p, int last)
{
    Lower *l = g->l;
    Loc loc = g->block->list[p]->loc;
    Decl *again = lower_new_decl(l, "again", type_scalar(TY_INT), NULL, loc);
    Stmt *hoisted = hoist(g, p + 1, last);
    Stmt *inner = part(g, p + 1, last);
    uint64_t bit = bit_at(g, p);
    goto_rewrite(l, inner);
    Stmt *scope = make_scope(g, done(inner), bit, again);
    for (int i = 0; i < MAX_LABELS; i++)
        scope->scope->jump_value[i] = 1;
    Stmt *body[2] = {done(make_assign_int(l, again, 0, loc)), scope};
    Stmt *loop = make_do(g, done(make_block(l, loc, body, 2)), make_var(l, again, loc));
    Stmt *with[3] = {hoisted, done(make_declaration(l, ST_DECL, &again, 1, loc)), loop};
    replace(g, p + 1, last, with, 3);
}

/* Everything by a state variable. Correct for every mixture of jumps between the parts of the list. */
static void make_dispatch(Gotos *g)
{
    Lower *l = g->l;
    Stmt *b = g->block;
    Type *t = type_scalar(TY_INT);
    Decl *at = lower_new_decl(l, "at", t, make_int(l, t, 0, b->loc), b->loc);
    for (int i = 0; i < b->nlist; i++)
        for (int k = 0; b->list[i]->kind == ST_DECL && k < b->list[i]->ndecls; k++)
            if (decl_is_vla(b->list[i]->decls[k]))
                lower_unsupported(l, b->list[i]->loc,
                                  "an array of run-time length is declared between labels that are jumped to both ways; "
                                  "use a loop instead of goto, or declare it before the labels");
    Stmt *hoisted = hoist(g, 0, b->nlist - 1);
    Ptrs ifs = {.arena = l->arena};
    Scope scope = {.jump = at};
    for (int first = 0, state = 0; first < b->nlist; state++) {
        int last = first;
        while (last + 1 < b->nlist && !bit_at(g, last + 1))
            last++;
        uint64_t bit = bit_at(g, first);
        for (int k = 0; k < MAX_LABELS; k++)
            if (bit >> k == EXIT_LABELS)
                scope.jump_value[k] = state;
        scope.absorbs |= bit;
        Stmt *body[2] = {done(part(g, first, last)), done(make_assign_int(l, at, state + 1, b->loc))};
        Stmt *s = make_stmt(l, ST_IF, body[0]->loc);
        s->e = make_binary(l, BIN_EQ, make_var(l, at, s->loc), make_int(l, t, state, s->loc), t);
        s->body = done(make_block(l, s->loc, body, 2));
        ptrs_push(&ifs, done(s));
        first = last + 1;
    }
    Stmt *inner = make_scope(g, done(make_block(l, b->loc, (Stmt **)ifs.at, (int)ifs.n)), scope.absorbs, at);
    *inner->scope = scope;
    Expr *more = make_binary(l, BIN_LT, make_var(l, at, b->loc), make_int(l, t, (int64_t)ifs.n, b->loc), t);
    Stmt *with[3] = {hoisted, done(make_declaration(l, ST_DECL, &at, 1, b->loc)), make_do(g, inner, more)};
    replace(g, 0, b->nlist - 1, with, 3);
}

static void drop_labels(Gotos *g)
{
    Stmt *b = g->block;
    int n = 0;
    for (int i = 0; i < b->nlist; i++)
        if (!bit_at(g, i))
            b->list[n++] = b->list[i];
    b->nlist = n;
}

void goto_rewrite(Lower *l, Stmt *block)
{
    Gotos g = {l, block};
    for (int p = block->nlist - 1; p >= 0; p--) {
        uint64_t bit = bit_at(&g, p);
        int last = bit ? find_last_jump(&g, p + 1, bit) : -1;
        if (last < 0)
            continue;
        if (entered_inside(&g, p + 1, last)) {
            make_dispatch(&g);
            return;
        }
        make_loop(&g, p, last);
    }
    for (int p = 0; p < block->nlist; p++) {
        uint64_t bit = bit_at(&g, p);
        int first = bit ? find_first_jump(&g, p, bit) : -1;
        if (first < 0)
            continue;
        Stmt *with[2] = {hoist(&g, first, p - 1), NULL};
        with[1] = make_scope(&g, done(part(&g, first, p - 1)), bit, NULL);
        replace(&g, first, p - 1, with, 2);
        p = first + 1;
    }
    drop_labels(&g);
}
