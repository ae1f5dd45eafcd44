/* emit_loop.c: for and while loops.
 *
 * A reversed loop visits the same counter values last to first:
 *     for (i = lo; i < hi; i++)      ->  for (i = hi - 1; i >= lo; i--)             signed
 *                                    ->  for (i = hi; i-- > lo;)                    unsigned
 *     for (i = lo; i < hi; i += s)   ->  for (i = lo + ((hi - lo + s - 1) / s - 1) * s; i >= lo; i -= s)    signed
 *                                    ->  for (k = hi > lo ? (hi - lo - 1) / s + 1 : 0; k-- > 0;)  { i = lo + k * s; ... }
 * C's division rounds towards 0, so that the third form starts below lo when the loop does not run. */
#include "emit.h"

#include <ctype.h>
#include <string.h>

typedef struct {
    Emitter *e;
    Op *op;
    CVar *counter;
    Type *type;
    bool constant; /* the step is */
    int64_t step;  /* its value, or +1 / -1 where only its sign is known */
    bool up;
} Loop;

static Loop loop_of(Emitter *e, Op *op)
{
    Loop l = {e, op, plan_of(e->plan, op->regions[0]->args[0])->var, op->args[0]->type, false, 0, false};
    int64_t value;
    l.constant = value_int(op->args[2], &value);
    l.step = for_step(op);
    l.up = l.step > 0;
    return l;
}

static bool ordered(OpCode cmp)
{
    return cmp == OP_LT || cmp == OP_LE || cmp == OP_GT || cmp == OP_GE;
}

bool loop_counts_trips(const Plan *p, const Op *op)
{
    int64_t value, step = for_step(op);
    if (!op->reversed || p->raw_uses[op->regions[0]->args[0]->id] == 0)
        return false;
    if (value_int(op->args[2], &value) && (step == 1 || step == -1))
        return false;
    return !ordered(op->cmp) || !type_is_signed(op->args[0]->type);
}

/* ---------------------------------------------------------------------- pieces of the header */

static const char *step_text(const Loop *l, const char *name, bool back)
{
    Arena *a = l->e->arena;
    Text by = expr_index(l->e, l->op->args[2]);
    if (!l->constant)
        return arena_printf(a, "%s %s %s", name, back ? "-=" : "+=", by.s);
    bool up = l->up != back;
    if (l->step == 1 || l->step == -1)
        return arena_printf(a, "%s%s", name, up ? "++" : "--");
    int64_t size = l->step < 0 ? -l->step : l->step;
    return arena_printf(a, "%s %s %lld", name, up ? "+=" : "-=", (long long)size);
}

/* `int i = 0`, `i = 0`, or nothing where the counter has its first value already. */
static const char *start_text(const Loop *l, CVar *var, const char *first)
{
    Arena *a = l->e->arena;
    if (!var->in_header)
        return !strcmp(var->name, first) ? "" : arena_printf(a, "%s = %s", var->name, first);
    var->declared = true;
    return arena_printf(a, "%s = %s", declare_var(a, var->type, var->hint, var->name), first);
}

static const char *header(const Loop *l, const char *start, const char *test, const char *step)
{
    return arena_printf(l->e->arena, "for (%s; %s;%s%s)", start, test, *step ? " " : "", step);
}

/* left: an if that is all of the body, and after which nothing happens once it is not taken; or NULL. */
static const char *forward_header(const Loop *l, const Op *left)
{
    const char *name = l->counter->name;
    const char *test = compare_text(l->e, name, l->type, l->op->cmp, l->op->args[1]).s;
    if (left)
        test = arena_printf(l->e->arena, "%s && %s", test, at_prec(l->e, condition(l->e, left->args[0], false), PREC_LAND));
    return header(l, start_text(l, l->counter, expr_assign(l->e, l->op->args[0]).s), test, step_text(l, name, false));
}

/* ---------------------------------------------------------------------- reversed */

static const char *unit_step_header(const Loop *l)
{
    const char *name = l->counter->name;
    Value *lo = l->op->args[0], *hi = l->op->args[1];
    bool inclusive = l->op->cmp == OP_LE || l->op->cmp == OP_GE;
    if (!l->up) {
        const char *start = offset_text(l->e, hi, inclusive ? 0 : 1).s;
        const char *test = l->op->cmp == OP_NE ? arena_printf(l->e->arena, "%s != %s", name, offset_text(l->e, lo, 1).s)
                                               : compare_text(l->e, name, l->type, OP_LE, lo).s;
        return header(l, start_text(l, l->counter, start), test, step_text(l, name, true));
    }
    if (type_is_signed(l->type) && l->op->cmp != OP_NE) {
        const char *start = offset_text(l->e, hi, inclusive ? 0 : -1).s;
        return header(l, start_text(l, l->counter, start), compare_text(l->e, name, l->type, OP_GE, lo).s, step_text(l, name, true));
    }
    const char *start = offset_text(l->e, hi, inclusive ? 1 : 0).s;
    const char *down = arena_printf(l->e->arena, "%s--", name);
    OpCode cmp = l->op->cmp == OP_NE ? OP_NE : OP_GT;
    return header(l, start_text(l, l->counter, start), compare_text(l->e, down, l->type, cmp, lo).s, "");
}

/* The positive size of one step; negated where the step's value is negative and not constant. */
static Text step_size(const Loop *l)
{
    Text t = expr_index(l->e, l->op->args[2]);
    if (l->constant) {
        t.s = arena_printf(l->e->arena, "%lld", (long long)(l->step < 0 ? -l->step : l->step));
        t.prec = PREC_PRIMARY;
    } else if (!l->up) {
        t.s = arena_printf(l->e->arena, "(-%s)", at_prec(l->e, t, PREC_UNARY));
        t.prec = PREC_PRIMARY;
    }
    return t;
}

/* How far the counter goes: hi - lo or lo - hi. */
static Text distance(const Loop *l)
{
    Value *from = l->up ? l->op->args[0] : l->op->args[1], *to = l->up ? l->op->args[1] : l->op->args[0];
    Text t = expr_index(l->e, to), f = expr_index(l->e, from);
    if (value_is(from, 0))
        return t;
    return (Text){.s = arena_printf(l->e->arena, "%s - %s", at_prec(l->e, t, PREC_ADD), at_prec(l->e, f, PREC_MUL)), .prec = PREC_ADD, .type = l->type};
}

/* (hi - lo + s - 1) / s: not positive where the loop does not run. Signed counters. */
static const char *trips(const Loop *l)
{
    Text d = distance(l), s = step_size(l);
    bool inclusive = l->op->cmp == OP_LE || l->op->cmp == OP_GE;
    const char *more = inclusive ? s.s : l->constant ? arena_printf(l->e->arena, "%lld", (long long)(l->up ? l->step : -l->step) - 1)
                                                     : arena_printf(l->e->arena, "%s - 1", s.s);
    return arena_printf(l->e->arena, "(%s + %s) / %s", at_prec(l->e, d, PREC_ADD), more, at_prec(l->e, s, PREC_UNARY));
}

static const char *strided_header(const Loop *l)
{
    Arena *a = l->e->arena;
    const char *name = l->counter->name;
    Value *lo = l->op->args[0];
    const char *last = arena_printf(a, "(%s - 1) * %s", trips(l), at_prec(l->e, step_size(l), PREC_UNARY));
    const char *start = value_is(lo, 0) && l->up ? last
                                             : arena_printf(a, "%s %c %s", at_prec(l->e, expr_assign(l->e, lo), PREC_ADD), l->up ? '+' : '-', last);
    OpCode cmp = l->up ? OP_GE : OP_LE;
    return header(l, start_text(l, l->counter, start), compare_text(l->e, name, l->type, cmp, lo).s, step_text(l, name, true));
}

/* The number of trips of an unsigned loop, or one that ends at a value. */
static const char *guarded_trips(const Loop *l)
{
    Arena *a = l->e->arena;
    OpCode cmp = l->op->cmp;
    Text d = distance(l);
    const char *dist = at_prec(l->e, d, PREC_ADD), *size = at_prec(l->e, step_size(l), PREC_UNARY);
    bool unit = !strcmp(size, "1");
    if (cmp == OP_NE)
        return unit ? d.s : arena_printf(a, "%s / %s", at_prec(l->e, d, PREC_MUL), size);
    const char *lo = at_prec(l->e, expr_index(l->e, l->op->args[0]), PREC_ADD);
    const char *hi = at_prec(l->e, expr_index(l->e, l->op->args[1]), PREC_ADD);
    const char *test = arena_printf(a, "%s %s %s", lo, cmp == OP_LT ? "<" : cmp == OP_LE ? "<=" : cmp == OP_GT ? ">" : ">=", hi);
    if (cmp == OP_LE || cmp == OP_GE)
        return arena_printf(a, "%s ? %s / %s + 1 : 0", test, at_prec(l->e, d, PREC_MUL), size);
    return arena_printf(a, "%s ? (%s - 1) / %s + 1 : 0", test, dist, size);
}

/* for (k = trips; k-- > 0;) { i = lo + k * step; */
static const char *counted_header(const Loop *l, const char **first)
{
    Arena *a = l->e->arena;
    CVar *trip = op_plan(l->e->plan, l->op)->trip;
    Value *lo = l->op->args[0];
    const char *size = at_prec(l->e, step_size(l), PREC_UNARY);
    const char *moved = arena_printf(a, "%s * %s", trip->name, size);
    const char *value = value_is(lo, 0) && l->up ? moved
                                             : arena_printf(a, "%s %c %s", at_prec(l->e, expr_assign(l->e, lo), PREC_ADD), l->up ? '+' : '-', moved);
    const char *name = l->counter->name;
    *first = arena_printf(a, "%s = %s;", l->counter->in_header ? declare_var(a, l->type, l->counter->hint, name) : name, value);
    l->counter->declared = true;
    return header(l, start_text(l, trip, guarded_trips(l)), arena_printf(a, "%s-- > 0", trip->name), "");
}

static const char *reversed_header(const Loop *l, const char **first)
{
    if (l->e->plan->raw_uses[l->op->regions[0]->args[0]->id] == 0)
        return forward_header(l, NULL); /* the order of equal iterations does not matter */
    if (op_plan(l->e->plan, l->op)->trip)
        return counted_header(l, first);
    if (l->constant && (l->step == 1 || l->step == -1))
        return unit_step_header(l);
    return strided_header(l);
}

/* ---------------------------------------------------------------------- entry */

/* The loop's comment stands just before its header. */
static void emit_note(Emitter *e, Str *out, const Op *op)
{
    if (!op->note)
        return;
    Str *body = e->out;
    e->out = out;
    e->indent--;
    emit_comment(e, op->note);
    e->indent++;
    e->out = body;
}

void emit_pragma(Emitter *e, const char *text)
{
    e->needs->openmp = true;
    str_fmt(e->out, "%*s#pragma omp %s\n", 4 * e->indent, "", text);
}

static bool is_inside(const Emitter *e, const Region *scope, const Region *body)
{
    while (scope && scope != body)
        scope = scope->owner ? scope_parent(e->plan, scope) : NULL;
    return scope != NULL;
}

/* Is each variable that the region assigns to declared in it, or one that the loop sums up? */
static bool variables_are_own(const Emitter *e, const Op *loop, const Region *r)
{
    const Region *body = loop->regions[0];
    Ptrs values = {.arena = e->arena};
    for (int i = r == body; i < r->nargs; i++)
        ptrs_push(&values, r->args[i]);
    for (const Op *op = r->first; op; op = op_next(op)) {
        for (int i = 0; i < op->nresults; i++)
            ptrs_push(&values, op->results[i]);
        for (int k = 0; k < op->nregions; k++)
            if (!variables_are_own(e, loop, op->regions[k]))
                return false;
    }
    for (size_t i = 0; i < values.n; i++) {
        const ValuePlan *vp = plan_of(e->plan, values.at[i]);
        bool own = vp->show != SHOW_VAR || !vp->var || is_inside(e, vp->var->scope, body);
        for (int k = 1; k < body->nargs && !own; k++)
            own = plan_of(e->plan, body->args[k])->var == vp->var;
        if (!own)
            return false;
    }
    return true;
}

/* parallel for reduction(+ : s, d_b) */
static const char *pragma_text(Emitter *e, const Op *op)
{
    Str s = {.arena = e->arena};
    str_put(&s, op->omp);
    bool any = false;
    for (int k = 1; k < op->regions[0]->nargs; k++) {
        const ValuePlan *vp = plan_of(e->plan, op->regions[0]->args[k]);
        if (vp->show != SHOW_VAR || !slot_live(e->plan, op, k - 1))
            continue;
        str_fmt(&s, "%s%s", any ? ", " : " reduction(+ : ", vp->var->name);
        any = true;
    }
    str_put(&s, any ? ")" : "");
    return s.s;
}

/* Just before the loop's header. */
static void emit_loop_pragma(Emitter *e, Str *out, const Op *op)
{
    if (!op->omp)
        return;
    Str *body = e->out;
    e->out = out;
    e->indent--;
    if (variables_are_own(e, op, op->regions[0]))
        emit_pragma(e, pragma_text(e, op));
    else
        emit_comment(e, "in one thread: variables of an iteration are used after it");
    e->indent++;
    e->out = body;
}

/* `for (i ...) { if (!left) { ... } }`, where it stays left, is `for (i ... && !left) { ... }`. */
static Op *left_branch(const Emitter *e, const Op *op)
{
    if (op->reversed || op->omp || e->plan->raw_uses[op->results[0]->id] > 0)
        return NULL;
    Op *only = single_if(e, op->regions[0]);
    return only && loop_stays_left(op, only) && copies_nothing(e->plan, only->regions[1]->last) ? only : NULL;
}

void emit_for(Emitter *e, Op *op)
{
    if (emit_transfer(e, op))
        return;
    Loop l = loop_of(e, op);
    const char *first = NULL;
    const Op *left = left_branch(e, op);
    const char *head = op->reversed ? reversed_header(&l, &first) : forward_header(&l, left);
    Str *outer = body_begin(e);
    if (first)
        line(e, "%s", first);
    emit_region(e, left ? left->regions[0] : op->regions[0]);
    emit_note(e, outer, op);
    emit_loop_pragma(e, outer, op);
    body_end(e, outer, head, NULL);
}

static bool has_call(const char *text)
{
    for (const char *at = text; (at = strchr(at, '(')); at++)
        if (at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '_'))
            return true;
    return false;
}

/* The test in the middle of `for (;;)`. */
static void emit_exit(Emitter *e, Op *cond)
{
    int64_t c;
    bool known = value_int(cond->args[0], &c);
    const char *test = known ? "" : condition(e, cond->args[0], true).s;
    if (copies_reach(e, cond, cond->args[0]) || (!copies_nothing(e->plan, cond) && has_call(test))) {
        const char *name = unused_name(e, "stop");
        line(e, "int %s = %s;", name, test);
        emit_copies(e, cond);
        line(e, "if (%s)", name);
        line(e, "    break;");
        return;
    }
    emit_copies(e, cond);
    if (known && c)
        return;
    if (known) {
        line(e, "break;");
        return;
    }
    line(e, "if (%s)", test);
    line(e, "    break;");
}

/* ---------------------------------------------------------------------- while as for */

static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at += n) {
        bool starts = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
        if (starts && !isalnum((unsigned char)at[n]) && at[n] != '_')
            return true;
    }
    return false;
}

/* The last line of text, without its indentation; *start: where it begins. */
static const char *last_line(const char *text, size_t *start)
{
    size_t n = strlen(text);
    *start = n > 0 ? n - 1 : 0;
    while (*start > 0 && text[*start - 1] != '\n')
        --*start;
    return text + *start + strspn(text + *start, " ");
}

/* `i++;` at the end of the body is the step of a loop over i. Returns it without `;` and takes it off the body. */
static const char *take_step(Emitter *e, char *body, const char *name)
{
    size_t start, n = strlen(name), indent = 4 * (size_t)e->indent + 4;
    const char *text = last_line(body, &start);
    if ((size_t)(text - body) - start != indent || strncmp(text, name, n) != 0)
        return NULL;
    bool steps = !strcmp(text + n, "++;\n") || !strcmp(text + n, "--;\n") || !strncmp(text + n, " += ", 4) || !strncmp(text + n, " -= ", 4);
    if (!steps || start == 0)
        return NULL;
    const char *step = arena_strndup(e->arena, text, strlen(text) - 2);
    body[start] = '\0';
    return step;
}

/* The line of the loop's initial assignments that sets the variable: taken out if it can be the last one. */
static const char *take_start(Emitter *e, char *copies, const CVar *var, const Op *loop)
{
    const char *assign = arena_printf(e->arena, "%s = ", var->name);
    const char *declaration = arena_printf(e->arena, "%s = ", declare_var(e->arena, var->type, var->hint, var->name));
    for (char *at = copies; *at;) {
        char *text = at + strspn(at, " "), *end = strchr(at, '\n');
        bool declares = !strncmp(text, declaration, strlen(declaration));
        if (!declares && strncmp(text, assign, strlen(assign)) != 0) {
            at = end + 1;
            continue;
        }
        const char *start = arena_strndup(e->arena, text, (size_t)(end - 1 - text)), *value = strstr(start, " = ") + 3;
        bool constant = strspn(value, "-0123456789") == strlen(value);
        if ((end[1] && !constant) || has_word(end + 1, var->name) || end[-1] != ';')
            return NULL;
        if (declares && var->last_mention > op_plan(e->plan, loop)->end) {
            const char *only = arena_printf(e->arena, "%s;", declare_var(e->arena, var->type, var->hint, var->name));
            memcpy(text, only, strlen(only)); /* the declaration stays, the assignment goes */
            memmove(text + strlen(only), end, strlen(end) + 1);
            return arena_printf(e->arena, "%s%s", assign, value);
        }
        memmove(at, end + 1, strlen(end + 1) + 1);
        return start;
    }
    return NULL;
}

/* for (i = 0; i < n && e > tol; i++) */
static const char *for_head(Emitter *e, Op *op, const char *test, char *copies, char *body)
{
    for (int k = 0; k < op->nargs; k++) {
        const ValuePlan *vp = plan_of(e->plan, op->regions[0]->args[k]);
        if (vp->show != SHOW_VAR || (!type_is_int(vp->var->type) && vp->var->type->kind != TY_PTR) || !has_word(test, vp->var->name))
            continue;
        char *kept = arena_strdup(e->arena, body);
        const char *step = take_step(e, kept, vp->var->name);
        const char *start = step ? take_start(e, copies, vp->var, op) : NULL;
        if (!start)
            continue;
        strcpy(body, kept);
        return arena_printf(e->arena, "for (%s; %s; %s)", start, test, step);
    }
    return NULL;
}

static void emit_while_loop(Emitter *e, Op *op, char *copies)
{
    const char *test = condition(e, op->regions[0]->last->args[0], false).s;
    Str *outer = body_begin(e);
    emit_region(e, op->regions[1]);
    char *body = body_text(e, outer);
    const char *head = for_head(e, op, test, copies, body);
    if (!head)
        head = strcmp(test, "1") ? arena_printf(e->arena, "while (%s)", test) : "for (;;)";
    str_put(e->out, copies);
    outer = body_begin(e);
    str_put(e->out, body);
    emit_note(e, outer, op);
    body_end(e, outer, head, NULL);
}

void emit_while(Emitter *e, Op *op)
{
    Op *cond = op->regions[0]->last;
    LoopShape shape = op_plan(e->plan, op)->shape;
    Str *outer = body_begin(e);
    e->indent--;
    emit_copies(e, op);
    e->indent++;
    char *copies = body_text(e, outer);
    if (shape == LOOP_WHILE) {
        emit_while_loop(e, op, copies);
        return;
    }
    str_put(e->out, copies);
    const char *test = shape == LOOP_DO ? condition(e, cond->args[0], false).s : NULL;
    outer = body_begin(e);
    emit_region(e, op->regions[0]);
    if (shape == LOOP_FOREVER) {
        emit_exit(e, cond);
        emit_region(e, op->regions[1]);
    }
    emit_note(e, outer, op);
    if (shape == LOOP_DO)
        body_end(e, outer, "do", arena_printf(e->arena, "while (%s);", test));
    else
        body_end(e, outer, "for (;;)", NULL);
}
