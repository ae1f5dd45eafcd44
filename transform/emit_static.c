/* emit_static.c: static locals of the functions that were expanded: `static const double c[3] = {1, 2, 3};` at the top of the function.
 * Those of several functions may have one name. */
#include "emit.h"

#include <ctype.h>
#include <string.h>

static bool is_param_name(const Fn *fn, const char *name)
{
    for (int i = 0; i < fn->nparams; i++)
        if (fn->params[i]->name && !strcmp(fn->params[i]->name, name))
            return true;
    return false;
}

/* What its initialiser names goes before it. */
static void add_static(Ptrs *list, Var *var)
{
    const char *init = var->decl_text ? strpbrk(var->decl_text, "=[") : NULL;
    if (ptrs_has(list, var))
        return;
    for (size_t i = 0; init && i < var->owner->statics.n; i++) {
        Var *other = var->owner->statics.at[i];
        if (other == var)
            break; /* later ones are not known there */
        if (text_has_word(init, other->name))
            add_static(list, other);
    }
    ptrs_push(list, var);
}

void plan_statics(Plan *p, const Names *reserved)
{
    Ptrs used = p->statics;
    p->statics = (Ptrs){.arena = p->arena};
    for (size_t i = 0; i < used.n; i++)
        add_static(&p->statics, used.at[i]);
    p->static_names = arena_alloc(p->arena, sizeof *p->static_names * (p->statics.n + 1));
    for (size_t i = 0; i < p->statics.n; i++) {
        const Var *var = p->statics.at[i];
        const char *name = var->name;
        for (int k = 1; strmap_get(&p->references, name) || is_param_name(p->fn, name) || (k > 1 && strmap_get(&reserved->taken, name)); k++)
            name = arena_printf(p->arena, "%s%d", var->name, k);
        p->static_names[i] = name;
        strmap_put(&p->references, name, p);
    }
}

const char *static_name(const Plan *p, const Var *var)
{
    for (size_t i = 0; i < p->statics.n; i++)
        if (p->statics.at[i] == var)
            return p->static_names[i];
    return var->name;
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool is_tag(const char *text, const char *at)
{
    static const char *const words[] = {"struct ", "union ", "enum "};
    for (int i = 0; i < 3; i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(at - text) >= n && !strncmp(at - n, words[i], n))
            return true;
    }
    return false;
}

const char *text_renamed(Arena *a, const char *text, const char *from, const char *to)
{
    Str s = {.arena = a};
    size_t n = strlen(from);
    for (const char *at = text; *at;) {
        bool starts = at == text || !(is_word_char(at[-1]) || at[-1] == '.' || (at[-1] == '>' && at > text + 1 && at[-2] == '-'));
        if (starts && !is_tag(text, at) && !strncmp(at, from, n) && !is_word_char(at[n])) {
            str_put(&s, to);
            at += n;
        } else {
            str_fmt(&s, "%c", *at++);
        }
    }
    return s.s;
}

const char *static_text(const Plan *p, const Var *var)
{
    const char *text = var->decl_text;
    for (size_t i = 0; i < p->statics.n; i++) {
        const Var *other = p->statics.at[i];
        if (other->owner == var->owner && strcmp(other->name, p->static_names[i]) && text_has_word(text, other->name))
            text = text_renamed(p->arena, text, other->name, p->static_names[i]);
    }
    return text;
}
