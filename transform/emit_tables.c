/* emit_tables.c: static variables of one name in several source files, which OUT has all of:
 *
 *   one.c: static double P[] = {1, 2};    two.c: static double P[] = {3, 4};    ->    static double P[] = ...; static double P1[] = ...;
 *
 * Only where nothing that is copied as text names the variable: text stays as it is. merge_files (emit_c.c) refuses what is left. */
#include "emit.h"

#include <string.h>

typedef struct {
    Program *p;
    Ptrs vars;    /* Var*: static ones at file scope that the functions use */
    Ptrs copied;  /* char*: texts of the source that OUT may repeat */
    StrMap named; /* identifiers in these */
} Tables;

static void copy_text(Tables *t, const char *text)
{
    for (size_t i = 0; i < t->copied.n; i++)
        if (t->copied.at[i] == text)
            return;
    ptrs_push(&t->copied, (char *)(uintptr_t)text);
    scan_words(&t->named, text);
}

static void find_uses(Op *op, void *ctx)
{
    Tables *t = ctx;
    if (op->code == OP_GLOBAL && op->var && op->var->is_static && !op->var->owner && !ptrs_has(&t->vars, op->var))
        ptrs_push(&t->vars, op->var);
    if (op->callee && op->callee->def_text)
        copy_text(t, op->callee->def_text);
}

/* What copied text names is copied as well, and so is what an initialiser names. */
static void find_copied(Tables *t)
{
    for (size_t i = 0; i < t->vars.n; i++) {
        const Var *var = t->vars.at[i];
        const char *init = var->decl_text ? strchr(var->decl_text, '=') : NULL;
        if (init)
            scan_words(&t->named, init);
    }
    for (size_t before = t->copied.n + 1; before != t->copied.n;) {
        before = t->copied.n;
        for (size_t i = 0; i < t->p->items.n; i++) {
            const TopItem *item = t->p->items.at[i];
            const char *text = item->kind == TOP_FUNCTION ? item->fn->def_text : item->kind == TOP_VAR && item->var->is_static ? item->var->decl_text : NULL;
            const char *init = text && item->kind == TOP_VAR ? strchr(text, '=') : text;
            if (init && strmap_get(&t->named, item->name))
                copy_text(t, init);
        }
    }
}

static bool is_taken(const Tables *t, const char *name)
{
    for (size_t i = 0; i < t->p->items.n; i++) {
        const TopItem *item = t->p->items.at[i];
        if (item->name && !strcmp(item->name, name))
            return true;
    }
    return program_find_fn(t->p, name) || program_find_global(t->p, name) || strmap_get(&t->named, name);
}

static void rename_variable(Tables *t, Var *var)
{
    Arena *a = t->p->arena;
    const char *old = var->name, *name = old;
    for (int k = 1; is_taken(t, name); k++)
        name = arena_printf(a, "%s%d", old, k);
    const char *text = text_renamed(a, var->decl_text, old, name);
    for (size_t i = 0; i < t->p->items.n; i++) {
        TopItem *item = t->p->items.at[i];
        if (item->kind != TOP_VAR || item->var != var)
            continue;
        item->name = name;
        item->text = text;
    }
    var->name = name;
    var->decl_text = text;
}

/* Two that are the same, constants in both files, stay one. */
static bool clash(const Var *a, const Var *b)
{
    return a->loc.file != b->loc.file && !strcmp(a->name, b->name) && a->decl_text && b->decl_text && strcmp(a->decl_text, b->decl_text) != 0;
}

void emit_tables(Program *p, const Ptrs *fns)
{
    if (p->with_primal || p->files.n < 2)
        return;
    Tables t = {.p = p, .vars = {.arena = p->arena}, .copied = {.arena = p->arena}, .named = {.arena = p->arena}};
    for (size_t i = 0; i < fns->n; i++)
        if (((const Fn *)fns->at[i])->body)
            walk_ops(((const Fn *)fns->at[i])->body, find_uses, &t);
    find_copied(&t);
    for (size_t i = 1; i < t.vars.n; i++)
        for (size_t k = 0; k < i; k++) {
            Var *var = t.vars.at[i];
            if (clash(t.vars.at[k], var) && !strmap_get(&t.named, var->name))
                rename_variable(&t, var);
        }
}
