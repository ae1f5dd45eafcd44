/* lower_switch.c: switch -> an if-else chain.
 *
 *     switch (x) { case 1: a; break;  case 2: b;  case 3: c; break;  default: d; }
 *  -> { choice = x; if (choice == 1) a; else if (choice == 2 || choice == 3) { if (choice == 2) b; c; } else d; }
 *
 * around which a scope takes what breaks remain inside a, b, c, d. Cases that fall into the next form one link of the chain (a run);
 * the run with `default` comes last.
 */
#include "lower.h"

typedef struct {
    Ptrs labels; /* Stmt*: its CASE statements */
    bool is_default;
    Ptrs list;
    Stmt *block; /* the list, without its last break, analysed */
    bool falls;  /* into the next case */
} Case;

typedef struct {
    Lower *l;
    Decl *choice;
    Case *cases;
    int n;
    Loc loc;
} Switch;

static Case *new_case(Switch *sw)
{
    Case *c = &sw->cases[sw->n++];
    c->labels.arena = c->list.arena = sw->l->arena;
    return c;
}

/* Statements before the first label are never executed, but their declarations count. */
static void collect_cases(Switch *sw, Stmt **list, int n, Ptrs *decls)
{
    Case *c = NULL;
    for (int i = 0; i < n; i++) {
        Stmt *s = list[i];
        bool labelled = false;
        for (; s && (s->kind == ST_CASE || s->kind == ST_DEFAULT); s = s->body) {
            if (!labelled && (!c || c->list.n))
                c = new_case(sw);
            labelled = true;
            if (s->kind == ST_CASE)
                ptrs_push(&c->labels, s);
            else
                c->is_default = true;
        }
        if (s && s->kind == ST_DECL)
            for (int k = 0; k < s->ndecls; k++)
                ptrs_push(decls, s->decls[k]);
        if (s && c)
            ptrs_push(&c->list, s);
    }
}

/* Drops the break that ends the list, also inside a last block: case 1: { ..; break; } */
static bool drop_last_break(Stmt **list, int *n)
{
    if (*n == 0)
        return false;
    Stmt *last = list[*n - 1];
    if (last->kind == ST_BLOCK)
        return drop_last_break(last->list, &last->nlist);
    if (last->kind != ST_BREAK)
        return false;
    --*n;
    return true;
}

static void finish_case(Switch *sw, Case *c)
{
    int n = (int)c->list.n;
    bool ended = drop_last_break((Stmt **)c->list.at, &n);
    c->block = make_block(sw->l, n ? ((Stmt *)c->list.at[0])->loc : sw->loc, (Stmt **)c->list.at, n);
    exits_analyse(sw->l, c->block);
    c->falls = !ended && c->block->falls;
}

static Expr *compare(Lower *l, Decl *choice, BinaryOp op, const Expr *value, Loc loc)
{
    Type *t = choice->var->type;
    int64_t v = 0;
    if (!expr_const_int(value, &v))
        lower_unsupported(l, loc, "this case label is not a constant that adgen can evaluate");
    Expr *constant = make_int(l, t, v, loc);
    const Expr *bare = value;
    while (bare->kind == EX_CAST)
        bare = bare->a;
    constant->text = bare->kind == EX_INT ? bare->text : NULL;
    return make_binary(l, op, make_var(l, choice, loc), constant, type_scalar(TY_INT));
}

/* `choice` is (or with `not` is not) what one label names. */
static Expr *match_label(Lower *l, Decl *choice, const Stmt *label, bool not )
{
    if (!label->case_high)
        return compare(l, choice, not ? BIN_NE : BIN_EQ, label->e, label->loc);
    Expr *low = compare(l, choice, not ? BIN_LT : BIN_GE, label->e, label->loc);
    Expr *high = compare(l, choice, not ? BIN_GT : BIN_LE, label->case_high, label->loc);
    return make_logical(l, not ? EX_LOGOR : EX_LOGAND, low, high);
}

Expr *switch_match(Lower *l, Decl *choice, const Stmt *label)
{
    return match_label(l, choice, label, false);
}

/* `choice` is among the labels of cases first..last (with `not`: is not). NULL: they have no labels. */
static Expr *match(Switch *sw, int first, int last, bool not )
{
    Expr *all = NULL;
    for (int i = first; i <= last; i++)
        for (size_t k = 0; k < sw->cases[i].labels.n; k++) {
            Expr *one = match_label(sw->l, sw->choice, sw->cases[i].labels.at[k], not );
            all = all ? make_logical(sw->l, not ? EX_LOGAND : EX_LOGOR, all, one) : one;
        }
    return all;
}

static Stmt *make_if(Switch *sw, Expr *cond, Stmt *then_, Stmt *else_)
{
    Stmt *s = make_stmt(sw->l, ST_IF, then_->loc);
    s->e = cond;
    s->body = then_;
    s->els = else_;
    exits_combine(s);
    return s;
}

/* What cases first..last do, entered at one of them: case j runs if the entry was at j or before. */
static Stmt *make_run(Switch *sw, int first, int last)
{
    int n = last - first + 1;
    if (n == 1)
        return sw->cases[first].block;
    Stmt **list = arena_alloc(sw->l->arena, (size_t)n * sizeof *list);
    bool default_before = false;
    for (int i = first; i <= last; i++) {
        default_before = default_before || sw->cases[i].is_default;
        Expr *cond = default_before ? match(sw, i + 1, last, true) : match(sw, first, i, false);
        list[i - first] = i < last && cond ? make_if(sw, cond, sw->cases[i].block, NULL) : sw->cases[i].block;
    }
    Stmt *run = make_block(sw->l, list[0]->loc, list, n);
    exits_combine(run);
    return run;
}

static int run_start(const Switch *sw, int last)
{
    while (last > 0 && sw->cases[last - 1].falls)
        last--;
    return last;
}

static bool has_default(const Switch *sw, int first, int last)
{
    for (int i = first; i <= last; i++)
        if (sw->cases[i].is_default)
            return true;
    return false;
}

static Stmt *make_chain(Switch *sw)
{
    Stmt *chain = NULL;
    for (int last = sw->n - 1, first; last >= 0; last = first - 1) {
        first = run_start(sw, last);
        if (has_default(sw, first, last))
            chain = make_run(sw, first, last);
    }
    for (int last = sw->n - 1, first; last >= 0; last = first - 1) {
        first = run_start(sw, last);
        Expr *cond = has_default(sw, first, last) ? NULL : match(sw, first, last, false);
        if (cond)
            chain = make_if(sw, cond, make_run(sw, first, last), chain);
    }
    return chain;
}

static Stmt *analysed(Lower *l, Stmt *s)
{
    exits_analyse(l, s);
    return s;
}

void switch_rewrite(Lower *l, Stmt *s)
{
    Stmt **items = s->body && s->body->kind == ST_BLOCK ? s->body->list : &s->body;
    int n = !s->body ? 0 : s->body->kind == ST_BLOCK ? s->body->nlist : 1;
    Switch sw = {.l = l, .loc = s->loc, .cases = arena_alloc(l->arena, (size_t)(n + 1) * sizeof *sw.cases)};
    Ptrs decls = {.arena = l->arena};
    sw.choice = lower_new_decl(l, "choice", s->e->type, s->e, s->loc);
    collect_cases(&sw, items, n, &decls);
    for (int i = 0; i < sw.n; i++)
        finish_case(&sw, &sw.cases[i]);
    Ptrs list = {.arena = l->arena};
    if (decls.n)
        ptrs_push(&list, analysed(l, make_declaration(l, ST_HOIST, (Decl **)decls.at, (int)decls.n, s->loc)));
    ptrs_push(&list, analysed(l, make_declaration(l, ST_DECL, &sw.choice, 1, s->loc)));
    Stmt *chain = make_chain(&sw);
    if (chain) {
        Stmt *scope = make_stmt(l, ST_SCOPE, s->loc);
        scope->body = chain;
        scope->scope = arena_alloc(l->arena, sizeof *scope->scope);
        scope->scope->absorbs = EXIT_BREAK;
        exits_combine(scope);
        ptrs_push(&list, scope);
    }
    *s = *make_block(l, sw.loc, (Stmt **)list.at, (int)list.n);
    exits_combine(s);
}
