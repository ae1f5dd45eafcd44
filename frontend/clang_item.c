/* clang_item.c: the top-level items that generated code may repeat: includes, types, variables, functions. */
#include "clang_items.h"

#include <stdlib.h>
#include <string.h>

Placed *add_item(Items *items, size_t order)
{
    if (items->n == items->cap) {
        items->cap = items->cap ? 2 * items->cap : 64;
        Placed *more = arena_alloc(items->r->scratch, items->cap * sizeof *more);
        if (items->n)
            memcpy(more, items->at, items->n * sizeof *more);
        items->at = more;
    }
    Placed *placed = &items->at[items->n];
    *placed = (Placed){arena_alloc(items->r->arena, sizeof *placed->item), order, items->n};
    items->n++;
    return placed;
}

static enum CXVisitorResult widest_field(CXCursor c, CXClientData data)
{
    long long *widest = data, align = clang_Type_getAlignOf(clang_getCursorType(c));
    *widest = align > *widest ? align : *widest;
    return CXVisit_Continue;
}

int pack_of(CXCursor c, const char *text)
{
    CXType t = clang_getCanonicalType(clang_getCursorType(c));
    if (t.kind != CXType_Record || !strchr(text, '{') || strstr(text, "__attribute__((packed))"))
        return 0;
    long long widest = 1, align = clang_Type_getAlignOf(t);
    clang_Type_visitFields(t, widest_field, &widest);
    return align > 0 && align < widest ? (int)align : 0;
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

static void fill_item(const Items *items, TopItem *item, CXCursor c)
{
    Reader *r = items->r;
    CXFile file;
    clang_getExpansionLocation(clang_getCursorLocation(c), &file, NULL, NULL, NULL);
    item->name = take_string(r->arena, clang_getCursorSpelling(c));
    item->in_main = file && is_opened(items, file);
    item->loc = cursor_loc(r, c);
}

static void add_type(Items *items, CXCursor c, size_t order, const char *text)
{
    TopItem *item = add_item(items, order)->item;
    fill_item(items, item, c);
    item->kind = TOP_TYPE;
    item->text = text;
    item->pack = pack_of(c, text);
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
        TopItem *item = add_item(items, order)->item;
        fill_item(items, item, c);
        item->kind = TOP_VAR;
        item->var = decl_of_var(r, c)->var;
        item->text = item->var->decl_text;
    } else if (kind == CXCursor_FunctionDecl) {
        TopItem *item = add_item(items, order)->item;
        fill_item(items, item, c);
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
        item->in_block = true;
        item->unit = r->unit;
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
    bool include = x->item->kind == TOP_INCLUDE;
    if (include != (y->item->kind == TOP_INCLUDE))
        return include ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

void read_items(Reader *r, const Kids *top)
{
    Items items = {.r = r};
    CXCursor pending = clang_getNullCursor();
    size_t last = 0;
    open_headers(&items, top);
    for (int i = 0; i < top->n; i++) {
        CXCursor c = top->at[i];
        if (cursor_in_main(r, c))
            last = cursor_place(r, c).offset;
        add_declaration(&items, c, last, &pending);
    }
    add_includes(&items);
    if (items.n)
        qsort(items.at, items.n, sizeof *items.at, by_order);
    for (size_t i = 0; i < items.n; i++) {
        items.at[i].item->unit = r->unit;
        ptrs_push(&r->program->items, items.at[i].item);
    }
}
