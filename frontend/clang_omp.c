/* clang_omp.c: what `#pragma omp` lines mean for the statements that they stand before.
 *
 * A program that uses OpenMP rightly means the same for a team of one thread: regions are executed once, in order. That is what the tree
 * says in the end, and what is differentiated; private variables become variables of the block, and work-sharing loops keep their
 * pragma, from which transform/parallel.c starts. What has no meaning for one thread is refused. */
#include "clang_reader.h"

#include <ctype.h>
#include <string.h>

enum { MAX_CLAUSES = 32 };

typedef struct {
    const char *name, *list; /* list: what is between the parentheses, or NULL */
} Clause;

typedef struct {
    const char *text;
    bool parallel, is_for, simd, critical, atomic, once, nothing;
    const char *unknown; /* the first word that is no directive of these */
    Clause clause[MAX_CLAUSES];
    int n;
} Directive;

/* ---------------------------------------------------------------------- reading a line */

static const char *skip_blanks(const char *s)
{
    while (isspace((unsigned char)*s) || *s == ',')
        s++;
    return s;
}

static const char *take_word(Arena *a, const char **at)
{
    const char *s = skip_blanks(*at), *end = s;
    while (isalnum((unsigned char)*end) || *end == '_')
        end++;
    *at = end;
    return end > s ? arena_strndup(a, s, (size_t)(end - s)) : NULL;
}

/* `( ... )`, parentheses within included; NULL: there is none. */
static const char *take_list(Arena *a, const char **at)
{
    const char *s = *at;
    while (isspace((unsigned char)*s))
        s++;
    if (*s != '(')
        return NULL;
    int depth = 0;
    const char *end = s;
    do {
        depth += (*end == '(') - (*end == ')');
        end++;
    } while (*end && depth > 0);
    *at = end;
    return arena_strndup(a, s + 1, (size_t)(end - s) - 2);
}

/* Is the word part of a directive's name? */
static bool directive_word(Directive *d, const char *word)
{
    static const char *const regions[] = {"single", "master", "masked"}, *const waits[] = {"barrier", "flush", "taskwait", "taskyield"};
    if (!strcmp(word, "parallel"))
        return d->parallel = true;
    if (!strcmp(word, "for"))
        return d->is_for = true;
    if (!strcmp(word, "simd"))
        return d->simd = true;
    for (int i = 0; i < 3; i++)
        if (!strcmp(word, regions[i]))
            return d->once = true;
    if (!strcmp(word, "critical"))
        return d->critical = true;
    if (!strcmp(word, "atomic"))
        return d->atomic = true;
    for (int i = 0; i < 4; i++)
        if (!strcmp(word, waits[i]))
            return d->nothing = true;
    return false;
}

static Directive read_directive(Arena *a, const char *text)
{
    Directive d = {.text = text};
    const char *at = text;
    bool named = false;
    for (const char *word; (word = take_word(a, &at));) {
        if (d.n == 0 && directive_word(&d, word)) {
            named = true;
            continue;
        }
        if (!named && !d.unknown)
            d.unknown = word;
        if (d.n == MAX_CLAUSES)
            d.unknown = word;
        else
            d.clause[d.n++] = (Clause){word, take_list(a, &at)};
        named = true;
    }
    if (*skip_blanks(at) && *skip_blanks(at) != '(')
        d.unknown = d.unknown ? d.unknown : at;
    return d;
}

/* ---------------------------------------------------------------------- names in lists */

typedef struct {
    const char *name;
    Decl *found;      /* the variable of that name that is declared outside */
    Decl *replace;    /* it becomes this one; NULL: only found */
    Ptrs inside;      /* Decl*: declared in the statement */
} Rename;

static void visit_stmt(Rename *n, Stmt *s);

static void visit_expr(Rename *n, Expr *e)
{
    if (!e)
        return;
    if (e->kind == EX_VAR && !strcmp(e->decl->var->name, n->name) && !ptrs_has(&n->inside, e->decl)) {
        n->found = e->decl;
        if (n->replace)
            e->decl = n->replace;
    }
    visit_expr(n, e->a);
    visit_expr(n, e->b);
    visit_expr(n, e->c);
    for (int i = 0; i < e->nargs; i++)
        visit_expr(n, e->args[i]);
    if (e->stmt)
        visit_stmt(n, e->stmt);
}

/* In the order of the text, so that declarations come before what they hide. */
static void visit_stmt(Rename *n, Stmt *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->ndecls; i++) {
        ptrs_push(&n->inside, s->decls[i]);
        visit_expr(n, s->decls[i]->init);
    }
    visit_stmt(n, s->init);
    visit_expr(n, s->e);
    visit_expr(n, s->inc);
    visit_stmt(n, s->body);
    visit_stmt(n, s->els);
    for (int i = 0; i < s->nlist; i++)
        visit_stmt(n, s->list[i]);
}

static Decl *find_variable(Reader *r, Stmt *s, const char *name)
{
    Rename n = {.name = name, .inside = {.arena = r->scratch}};
    visit_stmt(&n, s);
    return n.found;
}

static bool is_automatic(const Decl *d)
{
    return !d->var->is_global && !d->var->is_static && !d->var->is_extern && !d->is_static_local;
}

/* Is the loop's header what uses the variable: is it the counter? */
static bool is_counter(Reader *r, const Stmt *loop, const char *name)
{
    if (loop->kind != ST_FOR)
        return false;
    Stmt header = *loop;
    header.body = NULL;
    header.e = NULL;
    return find_variable(r, &header, name) != NULL;
}

/* ---------------------------------------------------------------------- private variables */

static Stmt *block_of(Reader *r, Stmt *first, Stmt *second)
{
    Stmt *s = arena_alloc(r->arena, sizeof *s);
    s->kind = ST_BLOCK;
    s->loc = second->loc;
    s->list = arena_alloc(r->arena, 2 * sizeof *s->list);
    s->list[0] = first;
    s->list[1] = second;
    s->nlist = 2;
    return s;
}

/* *body becomes { T name; *body }, or { T name = the outer one; *body }. Returns what cannot be, or NULL. */
static const char *make_private(Reader *r, Stmt **body, const char *name, bool first)
{
    Decl *outer = find_variable(r, *body, name);
    if (!outer)
        return NULL;
    bool scalar = type_is_scalar(outer->ctype);
    if (first && !scalar)
        return arena_printf(r->arena, "firstprivate of '%s', which is no scalar,", name);
    Decl *own = arena_alloc(r->arena, sizeof *own);
    *own = *outer;
    own->var = arena_alloc(r->arena, sizeof *own->var);
    *own->var = *outer->var;
    own->var->is_param = own->var->is_global = own->var->is_static = own->var->is_extern = own->var->is_const = false;
    own->is_static_local = false;
    own->init = NULL;
    own->lowered = NULL;
    own->loc = own->var->loc = (*body)->loc;
    if (first) {
        own->init = expr_new(r, EX_VAR, outer->ctype, (*body)->loc);
        own->init->decl = outer;
    }
    Rename n = {.name = name, .replace = own, .inside = {.arena = r->scratch}};
    visit_stmt(&n, *body);
    Stmt *s = arena_alloc(r->arena, sizeof *s);
    s->kind = ST_DECL;
    s->loc = (*body)->loc;
    s->decls = arena_alloc(r->arena, sizeof *s->decls);
    s->decls[s->ndecls++] = own;
    *body = block_of(r, s, *body);
    return NULL;
}

/* The names in a list, of which a reduction's begins with `+:`. Sections stay in: "a[:n]". */
static const char *next_item(Reader *r, const char **at)
{
    const char *s = skip_blanks(*at), *end = s;
    int depth = 0;
    for (; *end && (depth || *end != ','); end++)
        depth += (*end == '[' || *end == '(') - (*end == ']' || *end == ')');
    *at = end;
    while (end > s && isspace((unsigned char)end[-1]))
        end--;
    return end > s ? arena_strndup(r->arena, s, (size_t)(end - s)) : NULL;
}

static const char *make_all_private(Reader *r, const Stmt *loop, Stmt **body, const Clause *c)
{
    bool first = !strcmp(c->name, "firstprivate");
    const char *at = c->list ? c->list : "", *why = NULL;
    for (const char *name; !why && (name = next_item(r, &at));)
        if (!loop || !is_counter(r, loop, name))
            why = make_private(r, body, name, first);
    return why;
}

/* Is one of the variables memory that the iterations share, so that the pragma does not say that they touch different places? Those of a
 * reduction are listed. */
static bool shares_memory(Reader *r, Stmt *s, const Clause *c)
{
    bool sum = !strcmp(c->name, "reduction");
    const char *at = c->list ? c->list : "", *colon = strchr(at, ':'), *bracket = strchr(at, '[');
    if (colon && (!bracket || colon < bracket))
        at = colon + 1;
    for (const char *name; (name = next_item(r, &at));) {
        Decl *d = find_variable(r, s, arena_strndup(r->arena, name, strcspn(name, " [")));
        if (!d || (is_automatic(d) && type_is_scalar(d->ctype) && d->ctype->kind != TY_PTR))
            continue;
        if (!sum)
            return true;
        if (!s->summed.arena)
            s->summed.arena = r->arena;
        ptrs_push(&s->summed, d);
    }
    return false;
}

/* ---------------------------------------------------------------------- clauses */

/* Clauses whose argument the generated pragma repeats: it may only name what is known everywhere. */
static bool is_repeated(const Clause *c)
{
    static const char *const words[] = {"static", "dynamic", "guided", "auto", "runtime", "monotonic", "nonmonotonic", "parallel", "simd"};
    if (strcmp(c->name, "schedule") != 0 && strcmp(c->name, "num_threads") != 0 && strcmp(c->name, "if") != 0)
        return false;
    for (const char *at = c->list ? c->list : ""; *at;) {
        size_t n = 0;
        while (isalnum((unsigned char)at[n]) || at[n] == '_')
            n++;
        bool known = n == 0 || isdigit((unsigned char)*at);
        for (size_t i = 0; i < sizeof words / sizeof *words && !known; i++)
            known = strlen(words[i]) == n && !strncmp(words[i], at, n);
        if (!known)
            return false;
        at += n ? n : 1;
    }
    return c->list != NULL;
}

/* What is left for the loop as it is: "parallel for schedule(static)". Returns what cannot be, or NULL. */
static const char *apply_clauses(Reader *r, const Directive *d, Stmt *s, Stmt **body, Str *text)
{
    static const char *const refused[] = {"copyin", "copyprivate", "ordered", "allocate", "in_reduction", "task_reduction"};
    const Stmt *loop = body == &s->body ? s : NULL;
    for (int i = 0; i < d->n; i++) {
        const Clause *c = &d->clause[i];
        for (size_t k = 0; k < sizeof refused / sizeof *refused; k++)
            if (!strcmp(c->name, refused[k]))
                return arena_printf(r->arena, "the clause '%s' of", c->name);
        const char *why = NULL;
        if (!strcmp(c->name, "private") || !strcmp(c->name, "firstprivate"))
            why = make_all_private(r, loop, body, c);
        if (why)
            return arena_printf(r->arena, "%s in", why);
        bool hands_on = !strcmp(c->name, "reduction") || !strcmp(c->name, "lastprivate") || !strcmp(c->name, "linear");
        if ((hands_on && shares_memory(r, s, c)) || !strcmp(c->name, "safelen"))
            str_put(text, " untrusted");
        else if (is_repeated(c))
            str_fmt(text, " %s(%s)", c->name, c->list);
    }
    return NULL;
}

/* ---------------------------------------------------------------------- entry */

static void mark_shared(Stmt *s, bool atomic)
{
    if (!s)
        return;
    s->shared = atomic && s->shared != SHARED_CRITICAL ? SHARED_ATOMIC : SHARED_CRITICAL;
    mark_shared(s->init, atomic);
    mark_shared(s->body, atomic);
    mark_shared(s->els, atomic);
    for (int i = 0; i < s->nlist; i++)
        mark_shared(s->list[i], atomic);
}

static Stmt *refuse(Reader *r, Loc loc, const Directive *d, const char *why)
{
    Stmt *s = arena_alloc(r->arena, sizeof *s);
    s->kind = ST_UNSUPPORTED;
    s->loc = loc;
    s->text = arena_printf(r->arena, "%s%s`#pragma omp %s`", why ? why : "", why ? " " : "", d->text);
    return s;
}

static Stmt *shared_loop(Reader *r, Loc loc, const Directive *d, Stmt *s)
{
    Str text = {.arena = r->arena};
    str_put(&text, d->parallel ? "parallel for" : d->is_for ? "for" : "simd");
    str_put(&text, d->is_for && d->simd ? " simd" : "");
    const char *why = apply_clauses(r, d, s, &s->body, &text);
    if (why)
        return refuse(r, loc, d, why);
    if (!s->loop)
        s->loop = arena_alloc(r->arena, sizeof *s->loop);
    s->loop->omp = text.s;
    return s;
}

/* `parallel` before a loop that has its `for`. */
static Stmt *combine(Reader *r, Loc loc, const Directive *d, Stmt *s)
{
    Str text = {.arena = r->arena};
    str_fmt(&text, "parallel %s", s->loop->omp);
    const char *why = apply_clauses(r, d, s, &s->body, &text);
    if (why)
        return refuse(r, loc, d, why);
    s->loop->omp = text.s;
    return s;
}

Stmt *omp_apply(Reader *r, Loc loc, const char *pragma, Stmt *s)
{
    Directive d = read_directive(r->arena, pragma);
    if (d.unknown && !(d.parallel || d.is_for || d.simd || d.critical || d.atomic || d.once || d.nothing))
        return refuse(r, loc, &d, NULL);
    if (s->kind == ST_UNSUPPORTED)
        return s;
    bool shares = d.is_for || (d.simd && !d.parallel);
    if (shares && s->kind != ST_FOR)
        return refuse(r, loc, &d, "on a statement that is not a `for` loop:");
    if (shares)
        return shared_loop(r, loc, &d, s);
    if (d.critical || d.atomic)
        mark_shared(s, d.atomic);
    if (!d.parallel)
        return s;
    if (s->kind == ST_FOR && s->loop && s->loop->omp && !strncmp(s->loop->omp, "for", 3))
        return combine(r, loc, &d, s);
    Str text = {.arena = r->arena};
    const char *why = apply_clauses(r, &d, s, &s, &text);
    return why ? refuse(r, loc, &d, why) : s;
}

bool omp_is_nothing(const char *pragma)
{
    static const char *const names[] = {"barrier", "flush", "taskwait", "taskyield"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strncmp(pragma, names[i], strlen(names[i])))
            return true;
    return false;
}
