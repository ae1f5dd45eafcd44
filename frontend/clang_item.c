/* clang_item.c: the top-level items that generated code may repeat: includes, types, variables, functions. */
#include "clang_reader.h"

#include <stdlib.h>
#include <string.h>

/* An item and where it is, for sorting includes in between the declarations. */
typedef struct {
    TopItem *item;
    size_t order; /* offset in the main file; headers' items: that of the main file's declaration before them */
    size_t seq;
} Placed;

typedef struct {
    Reader *r;
    Placed *at;
    size_t n, cap;
} Items;

static TopItem *add_item(Items *items, size_t order)
{
    if (items->n == items->cap) {
        items->cap = items->cap ? 2 * items->cap : 64;
        Placed *more = arena_alloc(items->r->scratch, items->cap * sizeof *more);
        if (items->n)
            memcpy(more, items->at, items->n * sizeof *more);
        items->at = more;
    }
    TopItem *item = arena_alloc(items->r->arena, sizeof *item);
    items->at[items->n] = (Placed){item, order, items->n};
    items->n++;
    return item;
}

/* ---------------------------------------------------------------------- includes */

/* `#include <x.h>` of the line at `at`, without comments; NULL where the name comes from a macro. */
static const char *include_text(Reader *r, const SourceFile *f, size_t at)
{
    size_t from = at, end = at;
    while (from > 0 && f->text[from - 1] != '\n' && f->text[from] != '#')
        from--;
    while (end < f->len && f->text[end] != '\n')
        end++;
    const char *line = arena_strndup(r->scratch, f->text + from, end - from);
    const char *open = strpbrk(line, "<\"");
    const char *close = open ? strchr(open + 1, *open == '<' ? '>' : '"') : NULL;
    return close ? arena_printf(r->arena, "#include %.*s", (int)(close + 1 - open), open) : NULL;
}

static void visit_inclusion(CXFile included, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
    Items *items = data;
    Reader *r = items->r;
    CXFile from;
    unsigned line, col, offset;
    if (depth != 1)
        return;
    clang_getExpansionLocation(stack[0], &from, &line, &col, &offset);
    if (!from || !clang_File_isEqual(from, r->main_file))
        return;
    SourceFile *f = source_file(r, from);
    const char *text = f->text ? include_text(r, f, offset) : NULL;
    if (!text)
        text = arena_printf(r->arena, "#include \"%s\"", take_string(r->scratch, clang_getFileName(included)));
    if (strstr(text, "adgen.h")) /* annotations are not repeated */
        return;
    TopItem *item = add_item(items, offset);
    item->kind = TOP_INCLUDE;
    item->text = text;
    item->in_main = true;
    item->loc = (Loc){f->diag, (int)line, (int)col};
}

/* ---------------------------------------------------------------------- types */

static bool is_tag(CXCursor c)
{
    enum CXCursorKind k = clang_getCursorKind(c);
    return k == CXCursor_StructDecl || k == CXCursor_UnionDecl || k == CXCursor_EnumDecl;
}

/* No tag: `struct { ... }`, also where a typedef gives it a name (libclang's USR then has @SA@, @UA@ or @EA@). */
static bool is_untagged(Reader *r, CXCursor c)
{
    if (clang_Cursor_isAnonymous(c))
        return true;
    const char *usr = take_string(r->scratch, clang_getCursorUSR(c));
    return strstr(usr, "@SA@") || strstr(usr, "@UA@") || strstr(usr, "@EA@");
}

/* The tag without a name that is declared within this typedef: `typedef struct { ... } P`. */
static CXCursor untagged_child(Reader *r, CXCursor c)
{
    Kids kids = cursor_kids(r, c);
    for (int i = 0; i < kids.n; i++)
        if (is_tag(kids.at[i]) && is_untagged(r, kids.at[i]))
            return kids.at[i];
    return clang_getNullCursor();
}

/* libclang prints `typedef struct P *PP` where struct P has no tag and its name is a typedef's: `P *PP` is meant. */
static const char *without_keyword(Reader *r, const char *text, CXCursor tag)
{
    const char *name = take_string(r->scratch, clang_getTypeSpelling(clang_getCursorType(tag)));
    const char *const keywords[] = {"struct ", "union ", "enum "};
    for (size_t i = 0; i < 3; i++) {
        const char *tagged = arena_printf(r->scratch, "%s%s", keywords[i], name), *at = strstr(text, tagged);
        if (at)
            return arena_printf(r->arena, "%.*s%s", (int)(at - text), text, at + strlen(keywords[i]));
    }
    return text;
}

static bool is_mark(Reader *r, CXCursor c)
{
    Note *notes;
    return read_notes(r, c, &notes) > 0;
}

/* A typedef; `pending` is the type just before it, whose definition it takes in when it has no tag. */
static const char *typedef_text(Reader *r, CXCursor c, CXCursor *pending, bool *named_here)
{
    CXCursor tag = untagged_child(r, c);
    if (clang_Cursor_isNull(tag))
        return decl_source(r, c, r->policy);
    *named_here = clang_equalCursors(tag, *pending);
    *pending = clang_getNullCursor();
    return *named_here ? decl_source(r, c, r->with_tags) : without_keyword(r, decl_source(r, c, r->policy), tag);
}

/* ---------------------------------------------------------------------- entry */

static void fill_item(Reader *r, TopItem *item, CXCursor c)
{
    item->name = take_string(r->arena, clang_getCursorSpelling(c));
    item->in_main = cursor_in_main(r, c);
    item->loc = cursor_loc(r, c);
}

static void add_type(Items *items, CXCursor c, size_t order, const char *text)
{
    TopItem *item = add_item(items, order);
    fill_item(items->r, item, c);
    item->kind = TOP_TYPE;
    item->text = text;
    if (strchr(item->name, '('))
        item->name = NULL;
}

static void add_declaration(Items *items, CXCursor c, size_t order, CXCursor *pending)
{
    Reader *r = items->r;
    enum CXCursorKind kind = clang_getCursorKind(c);
    if (is_tag(c)) {
        *pending = c;
        if (kind == CXCursor_EnumDecl || !is_untagged(r, c)) /* else its typedef follows, or a variable has its only use */
            add_type(items, c, order, decl_source(r, c, r->policy));
    } else if (kind == CXCursor_TypedefDecl && !is_mark(r, c)) {
        bool was_enum = clang_getCursorKind(*pending) == CXCursor_EnumDecl, named_here = false;
        const char *text = typedef_text(r, c, pending, &named_here);
        if (named_here && was_enum) /* the enum's own item becomes its typedef's */
            items->n--;
        add_type(items, c, order, text);
    } else if (kind == CXCursor_VarDecl) {
        TopItem *item = add_item(items, order);
        fill_item(r, item, c);
        item->kind = TOP_VAR;
        item->var = decl_of_var(r, c)->var;
        item->text = item->var->decl_text;
    } else if (kind == CXCursor_FunctionDecl) {
        TopItem *item = add_item(items, order);
        fill_item(r, item, c);
        item->kind = TOP_FUNCTION;
        item->fn = declare_fn(r, c)->fn;
        item->text = item->fn->decl_text;
    }
}

static bool same_item(const TopItem *a, const TopItem *b)
{
    return a->kind == TOP_TYPE && a->name && b->name && !strcmp(a->name, b->name) && !strncmp(a->text, b->text, 6);
}

/* A type declared in a block is repeated at file scope: false where another type has its name. */
bool read_local_types(Reader *r, const Kids *kids)
{
    Items items = {.r = r};
    CXCursor pending = clang_getNullCursor();
    for (int i = 0; i < kids->n; i++) {
        enum CXCursorKind kind = clang_getCursorKind(kids->at[i]);
        if (is_tag(kids->at[i]) || (kind == CXCursor_TypedefDecl && !cx_has_vla(clang_getTypedefDeclUnderlyingType(kids->at[i]))))
            add_declaration(&items, kids->at[i], 0, &pending);
    }
    for (size_t i = 0; i < items.n; i++) {
        TopItem *item = items.at[i].item;
        bool known = false;
        for (size_t k = 0; k < r->program->items.n && !known; k++) {
            const TopItem *other = r->program->items.at[k];
            if (!same_item(other, item))
                continue;
            if (strcmp(other->text, item->text))
                return false;
            known = true;
        }
        if (!known)
            ptrs_push(&r->program->items, item);
    }
    return true;
}

static int by_order(const void *a, const void *b)
{
    const Placed *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

void read_items(Reader *r, const Kids *top)
{
    Items items = {.r = r};
    CXCursor pending = clang_getNullCursor();
    size_t last = 0;
    for (int i = 0; i < top->n; i++) {
        CXCursor c = top->at[i];
        if (cursor_in_main(r, c))
            last = cursor_place(r, c).offset;
        add_declaration(&items, c, last, &pending);
    }
    clang_getInclusions(r->tu, visit_inclusion, &items);
    if (items.n)
        qsort(items.at, items.n, sizeof *items.at, by_order);
    for (size_t i = 0; i < items.n; i++)
        ptrs_push(&r->program->items, items.at[i].item);
}
