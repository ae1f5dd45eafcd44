/* lower_enum.c: enumerators that two enums of the given files name alike.
 *
 * Each file, and each function, may have an ORDER of its own. OUT is one file: there they are numbers.
 */
#include "frontend.h"

#include <ctype.h>
#include <string.h>

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

typedef struct {
    Arena *arena;
    StrMap declared, twice; /* name -> itself */
} Enumerators;

static void add(StrMap *map, const char *name)
{
    strmap_put(map, name, (void *)name);
}

/* enum { A = 1, B }: to names */
static void read_names(Arena *arena, const char *text, Ptrs *names)
{
    const char *at = strchr(text, '{');
    bool first = true; /* a name may follow */
    for (int depth = 0; at && *at && *at != '}'; at++) {
        depth += (*at == '(') - (*at == ')');
        if (*at == '{' || (*at == ',' && depth == 0)) {
            first = true;
        } else if (first && (isalpha((unsigned char)*at) || *at == '_')) {
            size_t n = strspn(at, letters);
            ptrs_push(names, arena_strndup(arena, at, n));
            at += n - 1;
            first = false;
        }
    }
}

static void declare_all(Enumerators *e, const char *text)
{
    Ptrs names = {.arena = e->arena};
    read_names(e->arena, text, &names);
    for (size_t i = 0; i < names.n; i++)
        add(strmap_get(&e->declared, names.at[i]) ? &e->twice : &e->declared, names.at[i]);
}

/* An enum is repeated as a whole: one name that is another's as well makes numbers of all. */
static void spread(Enumerators *e, const char *text)
{
    Ptrs names = {.arena = e->arena};
    bool twice = false;
    read_names(e->arena, text, &names);
    for (size_t i = 0; i < names.n; i++)
        twice |= strmap_get(&e->twice, names.at[i]) != NULL;
    for (size_t i = 0; twice && i < names.n; i++)
        add(&e->twice, names.at[i]);
}

static bool is_enum(const TopItem *item)
{
    return item->kind == TOP_TYPE && item->in_main && item->text &&
           (!strncmp(item->text, "enum", 4) || !strncmp(item->text, "typedef enum", 12));
}

static void spell_as_number(Op *op, void *ctx)
{
    const Enumerators *e = ctx;
    if (op->code == OP_ICONST && op->text && strmap_get(&e->twice, op->text))
        op->text = NULL;
}

static bool mentions(const Enumerators *e, const char *text)
{
    for (const char *at = text; *(at += strcspn(at, letters));) {
        size_t n = strspn(at, letters);
        if (strmap_get(&e->twice, arena_strndup(e->arena, at, n)))
            return true;
        at += n;
    }
    return false;
}

/* double a[ORDER][DEPTH] -> double a[][3]: what a first dimension of a parameter says is not part of its type. */
static void plain_dimensions(const Enumerators *e, Var *var)
{
    const Type *t = var->type;
    for (int i = 0; i < var->ndims && t; i++, t = t->elem)
        if (mentions(e, var->dims[i]))
            var->dims[i] = t->kind == TY_ARRAY ? arena_printf(e->arena, "%lld", (long long)t->count) : "";
}

static void plain_variables(const Enumerators *e, Fn *fn)
{
    for (int i = 0; i < fn->nparams; i++)
        plain_dimensions(e, fn->params[i]);
    for (size_t i = 0; i < fn->locals.n; i++)
        plain_dimensions(e, fn->locals.at[i]);
}

/* Is it said in a text that is repeated as it stands: of a static table, of a type? */
static bool is_repeated(const Program *p, const Enumerators *e, const TopItem *enumeration)
{
    for (size_t i = 0; i < p->items.n; i++) {
        const TopItem *item = p->items.at[i];
        const char *text = item->kind == TOP_VAR && item->var ? item->var->decl_text : item->kind == TOP_TYPE && item->in_main ? item->text : NULL;
        if (text && item != enumeration && !is_enum(item) && mentions(e, text))
            return true;
    }
    return false;
}

/* A function's enum of which nothing but numbers is left is not declared, whatever else has one of its names: `double K`. */
static void leave_out_spelled(Program *p, const Enumerators *e)
{
    for (size_t i = 0; i < p->items.n; i++) {
        TopItem *item = p->items.at[i];
        if (is_enum(item) && item->in_block && !item->name && mentions(e, item->text) && !is_repeated(p, e, item))
            item->text = NULL;
    }
}

void enumerators_resolve(Program *p)
{
    Enumerators e = {.arena = p->arena, .declared = {.arena = p->arena}, .twice = {.arena = p->arena}};
    for (size_t i = 0; i < p->items.n; i++)
        if (is_enum(p->items.at[i]))
            declare_all(&e, ((const TopItem *)p->items.at[i])->text);
    for (size_t i = p->items.n; i-- > 0 && e.twice.n;)
        if (is_enum(p->items.at[i]))
            spread(&e, ((const TopItem *)p->items.at[i])->text);
    for (size_t i = 0; e.twice.n && i < p->fns.n; i++) {
        Fn *fn = p->fns.at[i];
        plain_variables(&e, fn);
        if (fn->has_body)
            walk_ops(fn->body, spell_as_number, &e);
    }
    if (e.twice.n)
        leave_out_spelled(p, &e);
}
