/* lower_stmt.c: statements: sequences with their exits, ifs, loops. */
#include "lower.h"

#include <string.h>

/* ---------------------------------------------------------------------- places */

static Op *op_here(const Lower *l)
{
    return l->b.before ? l->b.before->prev : l->b.region->last;
}

void lower_mark_statement(Lower *l)
{
    l->stmt.region = l->b.region;
    l->stmt.after = op_here(l);
}

/* ---------------------------------------------------------------------- exit targets and their flags */

static void push_target(Lower *l, Target *t, uint64_t bit, const char *name)
{
    *t = (Target){.bit = bit, .name = name, .outer = l->targets};
    t->at.region = l->b.region;
    t->at.after = op_here(l);
    l->targets = t;
}

static Target *find_target(const Lower *l, uint64_t bit)
{
    Target *t = l->targets;
    while (t && !(t->bit & bit))
        t = t->outer;
    return t;
}

/* The flag's address; the flag is declared, as 0, where the target begins. */
static Value *flag_of(Lower *l, Target *t)
{
    if (t->flag)
        return t->flag;
    Type *type = type_scalar(TY_INT);
    Builder b = {.fn = l->fn, .region = t->at.region, .loc = l->b.loc};
    b.before = t->at.after ? t->at.after->next : t->at.region->first;
    Var *var = lower_new_var(l, t->name, type);
    t->flag = build_local(&b, type, var, NULL, 0);
    build_store(&b, t->flag, build_int(&b, type, 0));
    return t->flag;
}

/* Between enter and leave, exits in the set raise their flags: a guard will ask. */
static void guard_count(Lower *l, uint64_t exits, int change)
{
    for (uint64_t bit = 1; bit && bit <= exits; bit <<= 1)
        if (exits & bit) {
            Target *t = find_target(l, bit);
            if (t)
                t->guarded += change;
        }
}

/* Has one of these exits been taken? NULL: none can have. */
static Value *exit_taken(Lower *l, uint64_t exits)
{
    Value *any = NULL;
    for (uint64_t bit = 1; bit && bit <= exits; bit <<= 1) {
        Target *t = exits & bit ? find_target(l, bit) : NULL;
        if (!t)
            continue;
        Value *flag = build_load(&l->b, flag_of(l, t));
        any = any ? build_bin(&l->b, OP_LOR, any, flag) : flag;
    }
    return any;
}

/* What follows is done only if none of the exits has been taken. */
static void open_guard(Lower *l, uint64_t exits)
{
    Value *taken = exit_taken(l, exits);
    if (!taken)
        return;
    Loc loc = l->b.loc;
    Builder else_;
    lower_open_if(l, lower_not(l, taken), &l->b, &else_);
    l->b.loc = loc;
}

static void take_exit(Lower *l, uint64_t bit)
{
    Target *t = find_target(l, bit);
    if (!t) /* analysed as refused already, or out of a statement expression */
        return;
    Type *type = type_scalar(TY_INT);
    if (t->jump)
        build_store(&l->b, t->jump, build_int(&l->b, type, t->jump_value));
    bool jump_is_flag = t->jump && t->flag == t->jump;
    if (t->guarded && !jump_is_flag)
        build_store(&l->b, flag_of(l, t), build_int(&l->b, type, 1));
}

/* ---------------------------------------------------------------------- sequences */

/* What is still to do: the rest of a list, then of the lists around it. */
typedef struct Seq {
    Stmt **at;
    int n;
    const struct Seq *then;
} Seq;

static void seq_skip_empty(Seq *q)
{
    for (;;) {
        while (q->n && (q->at[0]->kind == ST_EMPTY || q->at[0]->kind == ST_LABEL)) {
            q->at++;
            q->n--;
        }
        if (q->n || !q->then)
            return;
        *q = *q->then;
    }
}

static Stmt *seq_next(Seq *q)
{
    seq_skip_empty(q);
    if (!q->n)
        return NULL;
    q->n--;
    return *q->at++;
}

static bool seq_is_empty(Seq *q)
{
    seq_skip_empty(q);
    return q->n == 0;
}

static void seq_push(Lower *l, Seq *q, Stmt **list, int n)
{
    const Seq *rest = NULL;
    if (!seq_is_empty(q)) {
        Seq *copy = arena_alloc(l->arena, sizeof *copy);
        *copy = *q;
        rest = copy;
    }
    *q = (Seq){list, n, rest};
}

static bool lower_next(Lower *l, Stmt *s, Seq *rest);

/* Ends where it began, whatever guards were opened in between. */
static void lower_seq(Lower *l, Stmt **list, int n)
{
    Builder outer = l->b;
    Seq q = {list, n, NULL};
    for (Stmt *s = seq_next(&q); s && lower_next(l, s, &q); s = seq_next(&q))
        ;
    l->b = outer;
}

static void lower_one(Lower *l, Builder at, Stmt *s)
{
    Builder outer = l->b;
    l->b = at;
    lower_seq(l, &s, 1);
    l->b = outer;
}

/* ---------------------------------------------------------------------- if */

/* The only statement left, where it is an exit so small that two copies of it read better than a flag: `return y + 1;`. */
static Stmt *small_exit(Seq *rest)
{
    if (seq_is_empty(rest) || rest->n != 1 || rest->then)
        return NULL;
    Stmt *s = rest->at[0];
    bool small = s->kind == ST_BREAK || s->kind == ST_CONTINUE || (s->kind == ST_RETURN && (!s->e || expr_is_simple(s->e)));
    return small ? s : NULL;
}

static void lower_then_exit(Lower *l, Builder at, Stmt *s, Stmt *leave)
{
    Builder outer = l->b;
    Stmt *list[2] = {s, leave};
    l->b = at;
    lower_seq(l, s ? list : list + 1, s ? 2 : 1);
    l->b = outer;
}

/* Exactly one branch goes on: it takes the rest of the block along. Both do, and may be left early: the rest goes under a guard. */
static bool lower_if(Lower *l, Stmt *s, Seq *rest)
{
    bool then_falls = s->body->falls, else_falls = !s->els || s->els->falls;
    bool more = s->exits && !seq_is_empty(rest);
    bool guarded = more && then_falls && else_falls;
    Builder then_, else_;
    lower_open_if(l, lower_truth(l, s->e), &then_, &else_);
    Stmt *leave = guarded ? small_exit(rest) : NULL;
    if (leave) {
        lower_then_exit(l, then_, s->body, leave);
        lower_then_exit(l, else_, s->els, leave);
        return false;
    }
    if (guarded)
        guard_count(l, s->exits, 1);
    bool then_takes = more && then_falls && !else_falls, else_takes = more && else_falls && !then_falls;
    if (!then_takes)
        lower_one(l, then_, s->body);
    if (!else_takes && s->els)
        lower_one(l, else_, s->els);
    if (guarded) {
        guard_count(l, s->exits, -1);
        open_guard(l, s->exits);
    }
    if (then_takes || else_takes) {
        l->b = then_takes ? then_ : else_;
        if (then_takes || s->els)
            seq_push(l, rest, then_takes ? &s->body : &s->els, 1);
    }
    return s->falls;
}

/* ---------------------------------------------------------------------- loops */

/* A loop's body, cut at a first `if (c) break;` that can become part of the loop's condition. */
typedef struct {
    Stmt **before; /* statements up to it */
    int nbefore;
    Stmt *leave;   /* the if; NULL: no cut */
    bool leave_on; /* leave when its condition is true, or false (the break is in its else branch) */
    Stmt **after;  /* the rest of the body */
    int nafter;
} Cut;

static bool is_break(const Stmt *s)
{
    while (s && s->kind == ST_BLOCK && s->nlist == 1)
        s = s->list[0];
    return s && s->kind == ST_BREAK;
}

static bool declares_vla(const Stmt *s)
{
    for (int i = 0; (s->kind == ST_DECL || s->kind == ST_HOIST) && i < s->ndecls; i++)
        if (decl_is_vla(s->decls[i]))
            return true;
    return false;
}

/* With a condition of its own, only a leading `if (c) break;` joins it. */
static Cut cut_body(Lower *l, const Stmt *s)
{
    Stmt *body = s->body;
    Cut whole = {.after = arena_alloc(l->arena, sizeof *whole.after), .nafter = 1};
    whole.after[0] = body;
    Stmt **list = body->kind == ST_BLOCK ? body->list : whole.after;
    int n = body->kind == ST_BLOCK ? body->nlist : 1;
    bool endless = stmt_never_ends(s->e);
    for (int i = 0; i < n; i++) {
        Stmt *at = list[i];
        bool on_true = at->kind == ST_IF && is_break(at->body), on_false = at->kind == ST_IF && at->els && is_break(at->els);
        if (on_true || on_false) {
            Stmt *other = on_true ? at->els : at->body;
            Ptrs after = {.arena = l->arena};
            if (other)
                ptrs_push(&after, other);
            for (int k = i + 1; k < n; k++)
                ptrs_push(&after, list[k]);
            return (Cut){list, i, at, on_true, (Stmt **)after.at, (int)after.n};
        }
        if (at->exits || !at->falls || !endless || declares_vla(at))
            break;
    }
    return whole;
}

static uint64_t list_exits(Stmt **list, int n)
{
    Stmt all = {.kind = ST_BLOCK, .list = list, .nlist = n};
    exits_combine(&all);
    return all.exits;
}

static Value *join_cond(Lower *l, Value *first, Expr *second, bool negated);

/* The loop's condition: no exit taken, then its own, then that of the cut. NULL: always true. */
static Value *loop_cond(Lower *l, Expr *cond, uint64_t exits, const Cut *cut)
{
    lower_mark_statement(l);
    Value *taken = exits ? exit_taken(l, exits) : NULL;
    Value *c = taken ? lower_not(l, taken) : NULL;
    if (cond && !stmt_never_ends(cond))
        c = join_cond(l, c, cond, false);
    if (!cut || !cut->leave)
        return c;
    if (cut->nbefore)
        lower_seq(l, cut->before, cut->nbefore);
    lower_mark_statement(l);
    return join_cond(l, c, cut->leave->e, cut->leave_on);
}

/* first && second, or first && !second; second is evaluated only if first holds (NULL: it does) */
static Value *join_cond(Lower *l, Value *first, Expr *second, bool negated)
{
    if (!first) {
        Value *v = lower_truth(l, second);
        return negated ? lower_not(l, v) : v;
    }
    if (expr_is_simple(second)) {
        Value *v = lower_truth(l, second);
        return build_bin(&l->b, OP_LAND, first, negated ? lower_not(l, v) : v);
    }
    Builder outer = l->b, then_, else_;
    Op *op = lower_open_if(l, first, &then_, &else_);
    l->b = then_;
    Value *v = lower_truth(l, second);
    v = negated ? lower_not(l, v) : lower_bool(l, v);
    l->b = outer;
    return lower_if_result(op, v, build_int(&else_, type_scalar(TY_INT), 0));
}

static void end_cond(Lower *l, Value *c)
{
    build_cond(&l->b, c ? c : build_int(&l->b, type_scalar(TY_INT), 1), NULL, 0);
}

/* The body, then a for's increment: continue leads to it, breaks and outer exits do not. */
static void lower_loop_body(Lower *l, Stmt *s, Stmt **list, int n, uint64_t exits)
{
    Stmt *body[2] = {make_block(l, s->body->loc, list, n), NULL};
    exits_combine(body[0]);
    if (!s->inc) {
        Target cont;
        push_target(l, &cont, EXIT_CONTINUE, "skip");
        lower_seq(l, body, 1);
        l->targets = cont.outer;
        return;
    }
    if (exits & EXIT_CONTINUE) {
        Stmt *scope = make_stmt(l, ST_SCOPE, s->body->loc);
        scope->scope = arena_alloc(l->arena, sizeof *scope->scope);
        scope->scope->absorbs = EXIT_CONTINUE;
        scope->body = body[0];
        exits_combine(scope);
        body[0] = scope;
    }
    body[1] = make_stmt(l, ST_EXPR, s->inc->loc);
    body[1]->e = s->inc;
    lower_seq(l, body, 2);
}

static void lower_while(Lower *l, Stmt *s)
{
    Builder outer = l->b;
    Cut cut = cut_body(l, s);
    for (int i = 0; i < cut.nbefore; i++)
        for (int k = 0; (cut.before[i]->kind == ST_DECL || cut.before[i]->kind == ST_HOIST) && k < cut.before[i]->ndecls; k++)
            lower_hoist(l, cut.before[i]->decls[k]);
    uint64_t exits = list_exits(cut.after, cut.nafter), tested = exits & ~(uint64_t)EXIT_CONTINUE;
    Target brk;
    push_target(l, &brk, EXIT_BREAK, "done");
    guard_count(l, tested, 1);
    Op *loop = build_while(&l->b);
    loop->loop = s->loop;
    l->b = at_end(loop->regions[0]);
    end_cond(l, loop_cond(l, s->e, tested, &cut));
    l->b = at_end(loop->regions[1]);
    lower_loop_body(l, s, cut.after, cut.nafter, exits);
    build_yield(&l->b, NULL, 0);
    guard_count(l, tested, -1);
    l->targets = brk.outer;
    l->b = outer;
}

static void lower_do(Lower *l, Stmt *s)
{
    Builder outer = l->b;
    uint64_t exits = s->body->exits & ~(uint64_t)EXIT_CONTINUE;
    Target brk, cont;
    push_target(l, &brk, EXIT_BREAK, "done");
    guard_count(l, exits, 1);
    Op *loop = build_while(&l->b);
    loop->loop = s->loop;
    l->b = at_end(loop->regions[0]);
    push_target(l, &cont, EXIT_CONTINUE, "skip");
    lower_seq(l, &s->body, 1);
    l->targets = cont.outer;
    end_cond(l, loop_cond(l, s->e, exits, NULL));
    l->b = at_end(loop->regions[1]);
    build_yield(&l->b, NULL, 0);
    guard_count(l, exits, -1);
    l->targets = brk.outer;
    l->b = outer;
}

/* ---------------------------------------------------------------------- scopes */

static void lower_scope(Lower *l, Stmt *s)
{
    const Scope *scope = s->scope;
    Target *outer = l->targets;
    int nbits = 0;
    for (uint64_t bit = 1; bit && bit <= scope->absorbs; bit <<= 1)
        nbits += (scope->absorbs & bit) != 0;
    Value *jump = scope->jump ? ((Slot *)scope->jump->lowered)->addr : NULL;
    Target *targets = arena_alloc(l->arena, (size_t)nbits * sizeof *targets), *t = targets;
    for (uint64_t bit = 1; bit && bit <= scope->absorbs; bit <<= 1) {
        if (!(scope->absorbs & bit))
            continue;
        push_target(l, t, bit, "skip");
        if (jump && bit >= EXIT_LABELS) {
            int label = 0;
            while ((uint64_t)EXIT_LABELS << label != bit)
                label++;
            t->jump = jump;
            t->jump_value = scope->jump_value[label];
            if (nbits == 1 && t->jump_value == 1) /* `again` is 0 until the jump: it serves as the flag */
                t->flag = jump;
        }
        t++;
    }
    lower_seq(l, &s->body, 1);
    l->targets = outer;
}

/* ---------------------------------------------------------------------- statements */

static void lower_return_value(Lower *l, Stmt *s)
{
    Fn *fn = l->fn;
    if (s->e && fn->ret->kind == TY_VOID) {
        lower_discard(l, s->e);
    } else if (s->e && fn->sret) {
        lower_copy(l, l->result, lower_record(l, s->e), fn->ret, s->loc);
    } else if (s->e) {
        Value *v = lower_as(l, lower_expr(l, s->e), lower_type(fn->ret));
        if (l->nreturns == 1 && s == l->last && l->b.region == fn->body)
            l->returned = v;
        else if (l->result && type_is_scalar(v->type))
            build_store(&l->b, l->result, v);
    }
    take_exit(l, EXIT_RETURN);
}

/* Loops, scopes: what follows them stands under a guard if they may be left towards something further out. */
static bool lower_compound_statement(Lower *l, Stmt *s, Seq *rest)
{
    bool guarded = s->exits && s->falls && !seq_is_empty(rest);
    if (guarded)
        guard_count(l, s->exits, 1);
    if (s->kind == ST_SCOPE)
        lower_scope(l, s);
    else if (s->kind == ST_DO)
        lower_do(l, s);
    else
        lower_while(l, s);
    if (guarded) {
        guard_count(l, s->exits, -1);
        l->b.loc = s->loc;
        open_guard(l, s->exits);
    }
    return s->falls;
}

/* for (init; ..): init, then the loop, as one. */
static void lower_for_init(Lower *l, Stmt *s)
{
    if (s->init)
        lower_seq(l, &s->init, 1);
}

static bool lower_statement(Lower *l, Stmt *s, Seq *rest);

/* Does the address lead into the variable, or where it points to? */
static bool leads_into(const Value *p, const Decl *d)
{
    const Value *object = d->lowered ? ((const Slot *)d->lowered)->addr : NULL;
    for (int loads = 0; p != object; p = p->def->args[0]) {
        bool load = p->def && p->def->code == OP_LOAD;
        loads += load;
        if (!p->def || loads > 1 || !(load || op_info[p->def->code].kind == KIND_ADDR))
            return p->def && p->def->code == OP_GLOBAL && p->def->var == d->var;
    }
    return true;
}

static void mark_summed(Op *op, void *ctx)
{
    const Ptrs *decls = ctx;
    for (size_t i = 0; i < decls->n; i++)
        for (int k = 0; k < op->nargs && op_info[op->code].effect != EFFECT_PURE; k++)
            if (op->args[k]->type->kind == TY_PTR && leads_into(op->args[k], decls->at[i]))
                op->shared = true;
}

static bool lower_next(Lower *l, Stmt *s, Seq *rest)
{
    if (!s->shared && !s->summed.n)
        return lower_statement(l, s, rest);
    Region *r = l->b.region;
    Op *last = op_here(l), *end = l->b.before;
    bool falls = lower_statement(l, s, rest);
    Op *first = last ? last->next : r->first;
    if (s->shared)
        share_ops(first, end, s->shared == SHARED_ATOMIC);
    for (Op *op = first; op && op != end && s->summed.n; op = op->next) {
        mark_summed(op, &s->summed);
        for (int i = 0; i < op->nregions; i++)
            walk_ops(op->regions[i], mark_summed, &s->summed);
    }
    return falls;
}

static bool lower_statement(Lower *l, Stmt *s, Seq *rest)
{
    l->b.loc = s->loc;
    lower_mark_statement(l);
    l->once = s->outermost ? l->b.region : l->fn->body;
    switch (s->kind) {
    case ST_EXPR:
        if (s->e)
            lower_discard(l, s->e);
        return true;
    case ST_DECL:
        for (int i = 0; i < s->ndecls; i++)
            lower_decl(l, s->decls[i]);
        return true;
    case ST_HOIST:
        for (int i = 0; i < s->ndecls; i++)
            lower_hoist(l, s->decls[i]);
        return true;
    case ST_BLOCK:
        seq_push(l, rest, s->list, s->nlist);
        return true;
    case ST_IF:
        return lower_if(l, s, rest);
    case ST_FOR:
        lower_for_init(l, s);
        return lower_compound_statement(l, s, rest);
    case ST_WHILE:
    case ST_DO:
    case ST_SCOPE:
        return lower_compound_statement(l, s, rest);
    case ST_RETURN:
        lower_return_value(l, s);
        return false;
    case ST_BREAK:
    case ST_CONTINUE:
    case ST_GOTO:
        take_exit(l, s->kind == ST_GOTO ? label_bit(l, s->label) : s->exits);
        return false;
    case ST_UNSUPPORTED:
        lower_not_supported(l, s->loc, s->text);
        return true;
    default: /* EMPTY, LABEL; CASE, DEFAULT and SWITCH are rewritten */
        return true;
    }
}

Value *lower_stmt_expr(Lower *l, Expr *e)
{
    Stmt *s = e->stmt;
    Target *targets = l->targets;
    Mark outer = l->stmt;
    exits_analyse(l, s);
    if (s->exits)
        lower_unsupported(l, e->loc,
                          "a jump (return, break, continue, goto) out of a statement expression is not supported; "
                          "write the statements out");
    l->targets = NULL;
    int n = s->kind == ST_BLOCK ? s->nlist : 0;
    Stmt *last = n ? s->list[n - 1] : NULL;
    bool has_value = last && last->kind == ST_EXPR && last->e && e->type->kind != TY_VOID;
    Value *v = NULL;
    for (int i = 0; i < n - has_value; i++)
        lower_seq(l, &s->list[i], 1);
    l->targets = targets;
    l->stmt = outer;
    if (has_value)
        v = e->type->kind == TY_RECORD ? lower_record(l, last->e) : lower_expr(l, last->e);
    return v ? v : e->type->kind == TY_VOID ? NULL : lower_stub(l, e->type);
}

/* ---------------------------------------------------------------------- the body */

/* Where several returns meet, or not at the end, their values meet in `result`. */
static void prepare_result(Lower *l, Stmt *s)
{
    Fn *fn = l->fn;
    l->last = s->kind == ST_BLOCK && s->nlist ? s->list[s->nlist - 1] : NULL;
    bool single = l->nreturns == 1 && l->last && l->last->kind == ST_RETURN;
    if (fn->ret->kind == TY_VOID || fn->sret)
        return;
    if (single && !(list_exits(s->list, s->nlist - 1)))
        return;
    Var *var = lower_new_var(l, "result", fn->ret);
    var->spelled = fn->ret_spelled;
    l->result = build_local(&l->b, lower_type(fn->ret), var, NULL, 0);
    l->result->def->zeroed = s->falls && !strcmp(fn->name, "main"); /* its end returns 0 */
}

/* Those behind an early return are in a branch only of the IR. */
static void mark_outermost(Stmt *s)
{
    for (int i = 0; s->kind == ST_BLOCK && i < s->nlist; i++)
        mark_outermost(s->list[i]);
    s->outermost = s->kind == ST_EXPR || s->kind == ST_DECL;
}

void lower_body(Lower *l, Stmt *s)
{
    mark_outermost(s);
    if (s->exits & ~(uint64_t)(EXIT_BREAK | EXIT_CONTINUE | EXIT_RETURN))
        lower_unsupported(l, l->fn->loc, "'%s' has a goto into a block (or a case) from outside; restructure it with loops and ifs",
                          l->fn->name);
    prepare_result(l, s);
    Target ret;
    push_target(l, &ret, EXIT_RETURN, "returned");
    lower_seq(l, &s, 1);
    l->targets = NULL;
}
