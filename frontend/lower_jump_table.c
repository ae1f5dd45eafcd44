/* lower_jump_table.c: a switch with case labels in statements inside its block (Duff's device, coroutines), or with a case that another
 * one jumps into (state machines), jumps to them.
 *
 *     switch (n % 4) { case 0: do { a; case 3: b; case 2: c; case 1: d; } while (--k > 0); }
 *  -> { choice = n % 4; if (choice == 0) goto case_0; if (choice == 3) goto case_3; ... goto case_end;
 *       { case_0: do { a; case_3: b; case_2: c; case_1: d; } while (--k > 0); } case_end: }
 */
#include "lower.h"

#include <string.h>

typedef struct {
    Lower *l;
    const Stmt *function; /* its body */
    bool only_entered;    /* those with a case that is jumped into */
    bool changed;
    int end;              /* labels `case_end` so far */
    Decl *choice;
    const char *after, *otherwise; /* where break goes; where default is, or NULL */
    Ptrs jumps;                    /* Stmt* */
} Table;

static bool has_label(const Stmt *s, const char *label)
{
    if (!s)
        return false;
    if (s->kind == ST_LABEL && !strcmp(s->label, label))
        return true;
    for (int i = 0; s->kind == ST_BLOCK && i < s->nlist; i++)
        if (has_label(s->list[i], label))
            return true;
    return has_label(s->body, label) || has_label(s->els, label);
}

/* Is there a label of the switch around s inside a statement of its block? */
static bool is_nested(const Stmt *s, bool inside)
{
    if (!s || s->kind == ST_SWITCH)
        return false;
    bool label = s->kind == ST_CASE || s->kind == ST_DEFAULT;
    if (label && inside)
        return true;
    for (int i = 0; s->kind == ST_BLOCK && i < s->nlist; i++)
        if (is_nested(s->list[i], true))
            return true;
    return is_nested(s->body, inside || !label) || is_nested(s->els, true);
}

static bool has_nested(const Stmt *body)
{
    for (int i = 0; body && body->kind == ST_BLOCK && i < body->nlist; i++)
        if (is_nested(body->list[i], false))
            return true;
    return body && body->kind != ST_BLOCK && is_nested(body, false);
}

/* Is a label in s jumped to from outside the case list[first..end-1]? */
static bool is_entered(const Table *t, const Stmt *s, Stmt *const *list, int first, int end)
{
    if (!s)
        return false;
    if (s->kind == ST_LABEL) {
        int inside = 0;
        for (int i = first; i < end; i++)
            inside += count_gotos(list[i], s->label);
        if (count_gotos(t->function, s->label) > inside)
            return true;
    }
    for (int i = 0; s->kind == ST_BLOCK && i < s->nlist; i++)
        if (is_entered(t, s->list[i], list, first, end))
            return true;
    return is_entered(t, s->body, list, first, end) || is_entered(t, s->els, list, first, end);
}

static bool has_entered(const Table *t, const Stmt *body)
{
    for (int first = 0, end; body && body->kind == ST_BLOCK && first < body->nlist; first = end) {
        for (end = first + 1; end < body->nlist && body->list[end]->kind != ST_CASE && body->list[end]->kind != ST_DEFAULT;)
            end++;
        for (int i = first; i < end; i++)
            if (is_entered(t, body->list[i], body->list, first, end))
                return true;
    }
    return false;
}

static const char *fresh_label(const Table *t, const char *wanted)
{
    const char *label = wanted;
    for (int k = 1; has_label(t->function, label); k++)
        label = arena_printf(t->l->arena, "%s_%d", wanted, k);
    return label;
}

static Stmt *make_jump(Lower *l, const char *label, Loc loc)
{
    Stmt *s = make_stmt(l, ST_GOTO, loc);
    s->label = label;
    return s;
}

static const char *label_for(const Table *t, const Stmt *label)
{
    int64_t v = 0;
    if (label->kind == ST_DEFAULT)
        return fresh_label(t, "case_default");
    bool plain = expr_const_int(label->e, &v) && v >= 0;
    return fresh_label(t, plain ? arena_printf(t->l->arena, "case_%lld", (long long)v) : arena_printf(t->l->arena, "case_minus_%lld", -(long long)v));
}

/* case 1: s -> case_1: s, and the jump that leads there; what belongs to an inner switch or loop stays. */
static void turn_labels(Table *t, Stmt *s, bool in_loop)
{
    if (!s || s->kind == ST_SWITCH)
        return;
    if (s->kind == ST_BREAK && !in_loop) {
        s->kind = ST_GOTO;
        s->label = t->after;
        return;
    }
    if (s->kind == ST_CASE || s->kind == ST_DEFAULT) {
        const char *name = label_for(t, s);
        if (s->kind == ST_DEFAULT) {
            t->otherwise = name;
        } else {
            Stmt *jump = make_stmt(t->l, ST_IF, s->loc);
            jump->e = switch_match(t->l, t->choice, s);
            jump->body = make_jump(t->l, name, s->loc);
            ptrs_push(&t->jumps, jump);
        }
        s->kind = ST_LABEL;
        s->label = name;
    }
    in_loop |= s->kind == ST_FOR || s->kind == ST_WHILE || s->kind == ST_DO;
    for (int i = 0; s->kind == ST_BLOCK && i < s->nlist; i++)
        turn_labels(t, s->list[i], in_loop);
    turn_labels(t, s->body, in_loop);
    turn_labels(t, s->els, in_loop);
}

static void rewrite(Table *t, Stmt *s)
{
    Lower *l = t->l;
    Stmt *body = s->body, *last = make_stmt(l, ST_LABEL, s->loc);
    t->choice = lower_new_decl(l, "choice", s->e->type, s->e, s->loc);
    t->after = last->label = fresh_label(t, t->end++ ? arena_printf(l->arena, "case_end_%d", t->end) : "case_end");
    t->otherwise = NULL;
    t->jumps = (Ptrs){.arena = l->arena};
    turn_labels(t, body, false);
    Ptrs list = {.arena = l->arena};
    ptrs_push(&list, make_declaration(l, ST_DECL, &t->choice, 1, s->loc));
    for (size_t i = 0; i < t->jumps.n; i++)
        ptrs_push(&list, t->jumps.at[i]);
    ptrs_push(&list, make_jump(l, t->otherwise ? t->otherwise : t->after, s->loc));
    ptrs_push(&list, body);
    ptrs_push(&list, last);
    *s = *make_block(l, s->loc, (Stmt **)list.at, (int)list.n);
}

static void find_switches(Table *t, Stmt *s)
{
    if (!s)
        return;
    for (int i = 0; s->kind == ST_BLOCK && i < s->nlist; i++)
        find_switches(t, s->list[i]);
    if (s->kind != ST_BLOCK) {
        find_switches(t, s->body);
        find_switches(t, s->els);
    }
    if (s->kind == ST_SWITCH && (t->only_entered ? has_entered(t, s->body) : has_nested(s->body))) {
        rewrite(t, s);
        t->changed = true;
    }
}

void switch_enter(Lower *l, Stmt *body)
{
    Table t = {.l = l, .function = body};
    find_switches(&t, body);
}

bool switch_enter_cases(Lower *l, Stmt *body)
{
    Table t = {.l = l, .function = body, .only_entered = true};
    find_switches(&t, body);
    return t.changed;
}
