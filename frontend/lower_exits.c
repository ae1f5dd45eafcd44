/* lower_exits.c: how control may leave each statement, bottom up over a function's syntax tree. */
#include "lower.h"

#include <string.h>

#define LOOP_EXITS ((uint64_t)(EXIT_BREAK | EXIT_CONTINUE))

uint64_t label_bit(Lower *l, const char *label)
{
    for (int i = 0; i < l->nlabels; i++)
        if (!strcmp(l->labels[i], label))
            return (uint64_t)EXIT_LABELS << i;
    if (l->nlabels == MAX_LABELS)
        return 0;
    l->labels[l->nlabels] = label;
    return (uint64_t)EXIT_LABELS << l->nlabels++;
}

bool stmt_never_ends(const Expr *cond)
{
    int64_t v;
    return !cond || (expr_const_int(cond, &v) && v != 0);
}

static void combine_list(Stmt *s)
{
    s->exits = 0;
    s->falls = true;
    for (int i = 0; i < s->nlist && s->falls; i++) {
        s->exits |= s->list[i]->exits;
        s->falls = s->list[i]->falls;
    }
}

static void combine_loop(Stmt *s)
{
    const Stmt *body = s->body;
    uint64_t to_cond = s->kind == ST_DO ? EXIT_CONTINUE : 0;
    bool reaches_cond = s->kind != ST_DO || body->falls || (body->exits & to_cond);
    s->exits = body->exits & ~LOOP_EXITS;
    s->falls = (body->exits & EXIT_BREAK) || (reaches_cond && !stmt_never_ends(s->e));
}

void exits_combine(Stmt *s)
{
    switch (s->kind) {
    case ST_BLOCK:
        combine_list(s);
        break;
    case ST_IF:
        s->exits = s->body->exits | (s->els ? s->els->exits : 0);
        s->falls = s->body->falls || !s->els || s->els->falls;
        break;
    case ST_FOR:
    case ST_WHILE:
    case ST_DO:
        combine_loop(s);
        break;
    case ST_SCOPE:
        s->exits = s->body->exits & ~s->scope->absorbs;
        s->falls = s->body->falls || (s->body->exits & s->scope->absorbs);
        break;
    case ST_BREAK:
        s->exits = EXIT_BREAK;
        break;
    case ST_CONTINUE:
        s->exits = EXIT_CONTINUE;
        break;
    case ST_RETURN:
        s->exits = EXIT_RETURN;
        break;
    case ST_GOTO:
        break;
    default:
        s->exits = 0;
        s->falls = true;
    }
}

bool split_labels(Lower *l, Stmt *block)
{
    int nlabels = 0;
    for (int i = 0; i < block->nlist; i++)
        for (Stmt *s = block->list[i]; s && s->kind == ST_LABEL; s = s->body)
            nlabels++;
    if (!nlabels)
        return false;
    Stmt **list = arena_alloc(l->arena, (size_t)(block->nlist + nlabels) * sizeof *list);
    int n = 0;
    for (int i = 0; i < block->nlist; i++) {
        Stmt *s = block->list[i];
        for (; s && s->kind == ST_LABEL; s = s->body) {
            list[n] = make_stmt(l, ST_LABEL, s->loc);
            list[n++]->label = s->label;
        }
        if (s)
            list[n++] = s;
    }
    block->list = list;
    block->nlist = n;
    return true;
}

static void analyse_block(Lower *l, Stmt *s)
{
    bool labels = split_labels(l, s);
    for (int i = 0; i < s->nlist; i++)
        exits_analyse(l, s->list[i]);
    if (labels)
        goto_rewrite(l, s);
}

static void analyse_goto(Lower *l, Stmt *s)
{
    s->exits = label_bit(l, s->label);
    s->falls = false;
    if (!s->exits) {
        lower_unsupported(l, s->loc, "adgen handles goto to at most %d labels in a function; split the function", MAX_LABELS);
        s->exits = EXIT_RETURN;
    }
}

/* A statement that stands where a list could: -> { statement } */
static void enclose(Lower *l, Stmt *s)
{
    Stmt *inner = arena_alloc(l->arena, sizeof *inner);
    *inner = *s;
    *s = *make_block(l, inner->loc, &inner, 1);
}

static void analyse_do(Lower *l, Stmt *s)
{
    int64_t v;
    if (expr_const_int(s->e, &v) && v == 0) { /* do { .. } while (0): no loop */
        s->kind = ST_SCOPE;
        s->scope = arena_alloc(l->arena, sizeof *s->scope);
        s->scope->absorbs = LOOP_EXITS;
    }
    exits_analyse(l, s->body);
}

static Stmt *or_empty(Lower *l, Stmt *s, Loc loc)
{
    return s ? s : make_stmt(l, ST_EMPTY, loc);
}

void exits_analyse(Lower *l, Stmt *s)
{
    switch (s->kind) {
    case ST_BLOCK:
        analyse_block(l, s);
        break;
    case ST_IF:
        s->body = or_empty(l, s->body, s->loc);
        exits_analyse(l, s->body);
        if (s->els)
            exits_analyse(l, s->els);
        break;
    case ST_FOR:
    case ST_WHILE:
    case ST_SCOPE:
        s->body = or_empty(l, s->body, s->loc);
        exits_analyse(l, s->body);
        break;
    case ST_DO:
        s->body = or_empty(l, s->body, s->loc);
        analyse_do(l, s);
        break;
    case ST_SWITCH:
        switch_rewrite(l, s);
        return;
    case ST_CASE:
    case ST_DEFAULT:
        lower_unsupported(
            l, s->loc, "a case label inside a nested statement of its switch is not supported; move it to the switch's own block");
        *s = *make_block(l, s->loc, &s->body, s->body ? 1 : 0);
        analyse_block(l, s);
        break;
    case ST_LABEL:
        if (!s->body)
            break;
        enclose(l, s);
        analyse_block(l, s);
        break;
    case ST_GOTO:
        analyse_goto(l, s);
        break;
    case ST_RETURN:
        l->nreturns++;
        break;
    default:
        break;
    }
    exits_combine(s);
}
