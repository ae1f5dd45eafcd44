/* lower_enter.c: jumps into blocks become jumps between the statements of one list, which lower_goto.c resolves.
 *
 *   a tail that ends the function    { if (a) { x; bad: y; return 0; } .. goto bad; .. }
 *     is moved to its end         -> { if (a) { x; goto bad; } .. goto bad; ..  bad: y; return 0; }
 *   else the way in is opened        { .. goto mid; .. if (a) { x; mid: y; } }
 *     by a flag                   -> { .. to_mid = 1; goto way; .. way: if (to_mid || a) { if (to_mid) goto mid; x; mid: to_mid = 0; y; } }
 *
 * Jumps into a for loop that declares its counter, which then has no value, stay as they are and are refused. Into a switch:
 * lower_jump_table.c makes jumps of what has case labels inside statements.
 */
#include "lower.h"

#include <string.h>

typedef struct {
    Lower *l;
    Stmt *body;
    Ptrs tails;   /* Stmt*: the lists moved to the function's end, each as a block */
    Ptrs hoisted; /* Decl*: variables of the blocks that a tail was moved out of */
    Ptrs flags;   /* Decl* */
    Ptrs entered; /* Stmt*: the label of each flag */
    int ways;
} Enter;

int count_gotos(const Stmt *s, const char *label)
{
    if (!s)
        return 0;
    int n = s->kind == ST_GOTO && (!label || !strcmp(s->label, label));
    for (int i = 0; s->kind == ST_BLOCK && i < s->nlist; i++)
        n += count_gotos(s->list[i], label);
    return n + count_gotos(s->body, label) + count_gotos(s->els, label);
}

/* May control be handed on to what follows, as far as the syntax tells? */
static bool ends(const Stmt *s)
{
    switch (s->kind) {
    case ST_RETURN:
    case ST_GOTO:
        return true;
    case ST_BLOCK:
        return s->nlist && ends(s->list[s->nlist - 1]);
    case ST_IF:
        return s->body && s->els && ends(s->body) && ends(s->els);
    case ST_LABEL:
        return s->body && ends(s->body);
    default:
        return false;
    }
}

/* Is there a break, a continue or a case that belongs to something around s? */
static bool leaves_around(const Stmt *s, bool in_loop, bool in_switch)
{
    if (!s)
        return false;
    if ((s->kind == ST_BREAK && !in_loop && !in_switch) || (s->kind == ST_CONTINUE && !in_loop))
        return true;
    if ((s->kind == ST_CASE || s->kind == ST_DEFAULT) && !in_switch)
        return true;
    in_loop |= s->kind == ST_FOR || s->kind == ST_WHILE || s->kind == ST_DO;
    in_switch |= s->kind == ST_SWITCH;
    for (int i = 0; s->kind == ST_BLOCK && i < s->nlist; i++)
        if (leaves_around(s->list[i], in_loop, in_switch))
            return true;
    return leaves_around(s->body, in_loop, in_switch) || leaves_around(s->els, in_loop, in_switch);
}

/* A child that is not a block becomes one, so that labels stand in lists. */
static void make_list(Lower *l, Stmt **child)
{
    if (*child && (*child)->kind != ST_BLOCK)
        *child = make_block(l, (*child)->loc, child, 1);
}

static void normalise(Lower *l, Stmt *s)
{
    if (!s || s->kind == ST_SWITCH)
        return;
    if (s->kind == ST_BLOCK) {
        split_labels(l, s);
        for (int i = 0; i < s->nlist; i++)
            normalise(l, s->list[i]);
        return;
    }
    bool inside = s->kind == ST_IF || s->kind == ST_FOR || s->kind == ST_WHILE || s->kind == ST_DO;
    if (inside) {
        make_list(l, &s->body);
        make_list(l, &s->els);
    }
    normalise(l, s->body);
    normalise(l, s->els);
}

static bool declares_vla(const Stmt *s)
{
    for (int k = 0; s->kind == ST_DECL && k < s->ndecls; k++)
        if (decl_is_vla(s->decls[k]))
            return true;
    return false;
}

/* ---------------------------------------------------------------------- tails */

static bool is_listed(const char *label, Stmt *const *list, int n)
{
    for (int i = 0; i < n; i++)
        if (list[i]->kind == ST_LABEL && !strcmp(list[i]->label, label))
            return true;
    return false;
}

/* Do jumps from s lead to places that the function's end can jump to: in its own list, or in the tail? */
static bool leads_out(const Enter *e, const Stmt *s, const Stmt *block, int at)
{
    if (!s)
        return true;
    if (s->kind == ST_GOTO) {
        bool good = is_listed(s->label, e->body->list, e->body->nlist) || is_listed(s->label, block->list + at, block->nlist - at);
        for (size_t i = 0; i < e->tails.n && !good; i++)
            good = is_listed(s->label, ((const Stmt *)e->tails.at[i])->list, ((const Stmt *)e->tails.at[i])->nlist);
        return good;
    }
    for (int i = 0; s->kind == ST_BLOCK && i < s->nlist; i++)
        if (!leads_out(e, s->list[i], block, at))
            return false;
    return leads_out(e, s->body, block, at) && leads_out(e, s->els, block, at);
}

static bool can_move(const Enter *e, const Stmt *block, int at)
{
    const char *label = block->list[at]->label;
    if (count_gotos(e->body, label) == count_gotos(block, label) || !ends(block->list[block->nlist - 1]))
        return false;
    for (int i = at; i < block->nlist; i++)
        if (leaves_around(block->list[i], false, false) || !leads_out(e, block->list[i], block, at))
            return false;
    return true;
}

static void hoist_decls(Enter *e, const Stmt *s)
{
    for (int k = 0; s && s->kind == ST_DECL && k < s->ndecls; k++)
        ptrs_push(&e->hoisted, s->decls[k]);
}

/* vla: a variable of run-time length is visible, which cannot be declared before. True where something was moved out of s. */
static bool move_tails(Enter *e, Stmt *s, bool outermost, bool vla)
{
    bool moved = false;
    if (!s || s->kind == ST_SWITCH)
        return false;
    vla |= s->init && declares_vla(s->init);
    for (int i = 0; s->kind == ST_BLOCK && i < s->nlist; i++) {
        Stmt *at = s->list[i];
        vla |= declares_vla(at);
        if (!outermost && !vla && at->kind == ST_LABEL && can_move(e, s, i)) {
            ptrs_push(&e->tails, make_block(e->l, at->loc, s->list + i, s->nlist - i));
            s->list[i] = make_stmt(e->l, ST_GOTO, at->loc);
            s->list[i]->label = at->label;
            s->nlist = i + 1;
            moved = true;
        } else {
            moved |= move_tails(e, at, false, vla);
        }
    }
    moved |= s->kind != ST_BLOCK && move_tails(e, s->body, false, vla);
    moved |= s->kind != ST_BLOCK && move_tails(e, s->els, false, vla);
    for (int i = 0; moved && !outermost && s->kind == ST_BLOCK && i < s->nlist; i++)
        hoist_decls(e, s->list[i]);
    if (moved)
        hoist_decls(e, s->init);
    return moved;
}

/* The function's list with the variables before it and the tails behind. */
static void rebuild(Enter *e)
{
    Lower *l = e->l;
    Stmt *b = e->body;
    Ptrs list = {.arena = l->arena};
    if (e->hoisted.n)
        ptrs_push(&list, make_declaration(l, ST_HOIST, (Decl **)e->hoisted.at, (int)e->hoisted.n, b->loc));
    for (size_t i = 0; i < e->flags.n; i++)
        ptrs_push(&list, make_declaration(l, ST_DECL, (Decl **)&e->flags.at[i], 1, b->loc));
    for (int i = 0; i < b->nlist; i++)
        ptrs_push(&list, b->list[i]);
    if (e->tails.n && (!b->nlist || !ends(b->list[b->nlist - 1])))
        ptrs_push(&list, make_stmt(l, ST_RETURN, b->loc));
    for (size_t i = 0; i < e->tails.n; i++) {
        const Stmt *tail = e->tails.at[i];
        for (int k = 0; k < tail->nlist; k++)
            ptrs_push(&list, tail->list[k]);
    }
    b->list = (Stmt **)list.at;
    b->nlist = (int)list.n;
}

/* ---------------------------------------------------------------------- ways in */

static Stmt *find_label(Stmt *s, const char *label)
{
    if (!s || s->kind == ST_SWITCH || (s->kind == ST_FOR && s->init && s->init->kind == ST_DECL))
        return NULL;
    if (s->kind == ST_LABEL && !strcmp(s->label, label))
        return s;
    Stmt *found = NULL;
    for (int i = 0; s->kind == ST_BLOCK && i < s->nlist && !found; i++)
        found = find_label(s->list[i], label);
    found = found ? found : find_label(s->body, label);
    return found ? found : find_label(s->els, label);
}

/* A goto to a label of s that stands outside of s. */
static const char *find_entered(const Enter *e, const Stmt *from, Stmt *s)
{
    if (!from || from == s)
        return NULL;
    if (from->kind == ST_GOTO && find_label(s, from->label))
        return from->label;
    const char *found = NULL;
    for (int i = 0; from->kind == ST_BLOCK && i < from->nlist && !found; i++)
        found = find_entered(e, from->list[i], s);
    found = found ? found : find_entered(e, from->body, s);
    return found ? found : find_entered(e, from->els, s);
}

static Decl *flag_of(Enter *e, Stmt *label)
{
    Lower *l = e->l;
    for (size_t i = 0; i < e->entered.n; i++)
        if (e->entered.at[i] == label)
            return e->flags.at[i];
    Type *t = type_scalar(TY_INT);
    Decl *flag = lower_new_decl(l, arena_printf(l->arena, "to_%s", label->label), t, make_int(l, t, 0, label->loc), label->loc);
    ptrs_push(&e->flags, flag);
    ptrs_push(&e->entered, label);
    return flag;
}

/* Behind each entered label its flag is cleared. */
static void clear_flags(Enter *e, Stmt *s)
{
    if (!s)
        return;
    if (s->kind == ST_BLOCK) {
        Ptrs list = {.arena = e->l->arena};
        for (int i = 0; i < s->nlist; i++) {
            clear_flags(e, s->list[i]);
            ptrs_push(&list, s->list[i]);
            for (size_t k = 0; k < e->entered.n; k++)
                if (e->entered.at[k] == s->list[i])
                    ptrs_push(&list, make_assign_int(e->l, e->flags.at[k], 0, s->list[i]->loc));
        }
        s->list = (Stmt **)list.at;
        s->nlist = (int)list.n;
        return;
    }
    clear_flags(e, s->body);
    clear_flags(e, s->els);
}

static Stmt *make_goto(Lower *l, const char *label, Loc loc)
{
    Stmt *s = make_stmt(l, ST_GOTO, loc);
    s->label = label;
    return s;
}

/* goto label -> { flag = 1; goto way; }, but not in `but` */
static void redirect(Enter *e, Stmt *s, const Stmt *but, const char *label, Decl *flag, const char *way)
{
    if (!s || s == but)
        return;
    if (s->kind == ST_GOTO && !strcmp(s->label, label)) {
        Stmt *list[2] = {make_assign_int(e->l, flag, 1, s->loc), make_goto(e->l, way, s->loc)};
        *s = *make_block(e->l, s->loc, list, 2);
        return;
    }
    for (int i = 0; s->kind == ST_BLOCK && i < s->nlist; i++)
        redirect(e, s->list[i], but, label, flag, way);
    redirect(e, s->body, but, label, flag, way);
    redirect(e, s->els, but, label, flag, way);
}

/* { .. } -> { if (flag) goto label; .. } */
static void open_list(Enter *e, Stmt **block, const char *label, Decl *flag)
{
    Lower *l = e->l;
    Stmt *s = make_stmt(l, ST_IF, (*block)->loc);
    s->e = make_var(l, flag, s->loc);
    s->body = make_goto(l, label, s->loc);
    make_list(l, &s->body);
    Ptrs list = {.arena = l->arena};
    ptrs_push(&list, s);
    for (int i = 0; i < (*block)->nlist; i++)
        ptrs_push(&list, (*block)->list[i]);
    (*block)->list = (Stmt **)list.at;
    (*block)->nlist = (int)list.n;
}

static Expr *negated(Lower *l, Expr *e)
{
    Expr *not = make_expr(l, EX_UNARY, type_scalar(TY_INT), e->loc);
    not ->op = UN_LNOT;
    not ->a = e;
    return not ;
}

/* for (init; c; inc) -> { if (!flag) init; for (; c; inc) }: the loop */
static Stmt *without_init(Enter *e, Stmt *s, Decl *flag)
{
    Lower *l = e->l;
    if (s->kind != ST_FOR || !s->init)
        return s;
    Stmt *loop = arena_alloc(l->arena, sizeof *loop), *first = make_stmt(l, ST_IF, s->loc);
    *loop = *s;
    loop->init = NULL;
    first->e = negated(l, make_var(l, flag, s->loc));
    first->body = s->init;
    make_list(l, &first->body);
    Stmt *list[2] = {first, loop};
    *s = *make_block(l, s->loc, list, 2);
    return loop;
}

/* s can be executed with the flag set, and then goes to the label in it. */
static void open_way(Enter *e, Stmt *s, const char *label, Decl *flag)
{
    Lower *l = e->l;
    bool in_else = s->kind == ST_IF && find_label(s->els, label);
    s = without_init(e, s, flag);
    Expr *set = make_var(l, flag, s->loc);
    if (in_else)
        s->e = make_logical(l, EX_LOGAND, negated(l, set), s->e);
    else if (s->e && s->kind != ST_DO)
        s->e = make_logical(l, EX_LOGOR, set, s->e);
    open_list(e, s->kind == ST_BLOCK ? &s : in_else ? &s->els : &s->body, label, flag);
}

static void insert(Lower *l, Stmt *block, int at, Stmt *s)
{
    Stmt **list = arena_alloc(l->arena, (size_t)(block->nlist + 1) * sizeof *list);
    memcpy(list, block->list, (size_t)at * sizeof *list);
    list[at] = s;
    memcpy(list + at + 1, block->list + at, (size_t)(block->nlist - at) * sizeof *list);
    block->list = list;
    block->nlist++;
}

/* Outermost first: jumps from farther out have been brought to this list before. */
static void open_ways(Enter *e, Stmt *s)
{
    if (!s)
        return;
    for (int i = 0; s->kind == ST_BLOCK && i < s->nlist; i++) {
        Stmt *into = s->list[i];
        if (into->kind == ST_LABEL || into->kind == ST_GOTO)
            continue;
        for (const char *label; (label = find_entered(e, s, into));) {
            Decl *flag = flag_of(e, find_label(into, label));
            Stmt *way = make_stmt(e->l, ST_LABEL, into->loc);
            way->label = arena_printf(e->l->arena, "%s way %d", label, e->ways++);
            redirect(e, s, into, label, flag, way->label);
            open_way(e, into, label, flag);
            insert(e->l, s, i++, way);
        }
        open_ways(e, into);
    }
    if (s->kind != ST_BLOCK) {
        open_ways(e, s->body);
        open_ways(e, s->els);
    }
}

void jumps_enter(Lower *l, Stmt *body)
{
    if (body->kind != ST_BLOCK || !count_gotos(body, NULL))
        return;
    Enter e = {.l = l,
               .body = body,
               .tails = {.arena = l->arena},
               .hoisted = {.arena = l->arena},
               .flags = {.arena = l->arena},
               .entered = {.arena = l->arena}};
    normalise(l, body);
    if (l->fn->ret->kind == TY_VOID || ends(body))
        move_tails(&e, body, true, false);
    rebuild(&e);
    if (switch_enter_cases(l, body))
        normalise(l, body);
    e.tails.n = e.hoisted.n = 0;
    open_ways(&e, body);
    clear_flags(&e, body);
    rebuild(&e);
}
