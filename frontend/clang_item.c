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
    Ptrs opened; /* SourceFile*: headers that are read as if their text were the main file's */
    Ptrs once, twice; /* SourceFile*: headers by how often they are included */
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

/* Up to and with the last slash. */
static const char *directory(Reader *r, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? arena_strndup(r->arena, path, (size_t)(slash + 1 - path)) : "";
}

static const char *file_name(Reader *r, CXFile file)
{
    return take_string(r->scratch, clang_getFileName(file));
}

/* The #include at stack[0], for a file in the main file's place: names that are relative to an opened header's directory get that. */
static const char *include_from_main(Reader *r, CXFile included, CXSourceLocation *stack, unsigned depth)
{
    CXFile from;
    unsigned offset;
    clang_getExpansionLocation(stack[0], &from, NULL, NULL, &offset);
    SourceFile *f = source_file(r, from);
    const char *path = file_name(r, included), *text = f->text ? include_text(r, f, offset) : NULL;
    if (!text)
        return arena_printf(r->arena, "#include \"%s\"", path);
    const char *quote = strchr(text, '"');
    if (!quote || depth == 1)
        return text;
    const char *name = arena_strndup(r->scratch, quote + 1, strlen(quote) - 2);
    if (strcmp(arena_printf(r->scratch, "%s%s", directory(r, file_name(r, from)), name), path))
        return text;
    const char *outer = strpbrk(include_from_main(r, from, stack + 1, depth - 1), "<\"") + 1;
    return arena_printf(r->arena, "#include \"%s%s\"", directory(r, outer), name);
}

static bool is_opened(const Items *items, CXFile file)
{
    Reader *r = items->r;
    return clang_File_isEqual(file, r->main_file) || (items->opened.n && ptrs_has(&items->opened, source_file(r, file)));
}

static void visit_inclusion(CXFile included, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
    Items *items = data;
    Reader *r = items->r;
    CXFile from;
    unsigned line, col, offset;
    if (depth == 0)
        return;
    clang_getExpansionLocation(stack[0], &from, NULL, NULL, NULL);
    if (!from || !is_opened(items, from) || is_opened(items, included))
        return;
    const char *text = include_from_main(r, included, stack, depth);
    if (strstr(text, "adgen.h")) /* annotations are not repeated */
        return;
    clang_getExpansionLocation(stack[depth - 1], &from, &line, &col, &offset);
    TopItem *item = add_item(items, offset);
    item->kind = TOP_INCLUDE;
    item->text = text;
    item->in_main = true;
    item->loc = (Loc){source_file(r, from)->diag, (int)line, (int)col};
}

/* Does the declaration make a symbol that may exist once in a program? */
static bool defines_symbol(CXCursor c)
{
    enum CX_StorageClass storage = clang_Cursor_getStorageClass(c);
    if (clang_getCursorLinkage(c) != CXLinkage_External)
        return false;
    if (clang_getCursorKind(c) == CXCursor_VarDecl)
        return storage != CX_SC_Extern;
    return clang_getCursorKind(c) == CXCursor_FunctionDecl && clang_isCursorDefinition(c) &&
           (!clang_Cursor_isFunctionInlined(c) || storage == CX_SC_Extern);
}

/* What leads from the main file to a header that is opened is opened, too. */
static void open_includers(CXFile included, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
    Items *items = data;
    if (depth == 0 || !is_opened(items, included))
        return;
    for (unsigned k = 0; k + 1 < depth; k++) {
        CXFile from;
        clang_getExpansionLocation(stack[k], &from, NULL, NULL, NULL);
        if (from && !is_opened(items, from))
            ptrs_push(&items->opened, source_file(items->r, from));
    }
}

static bool is_system_file(Reader *r, CXFile file)
{
    return clang_Location_isInSystemHeader(clang_getLocation(r->tu, file, 1, 1)) != 0;
}

static void count_inclusion(CXFile included, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
    Items *items = data;
    (void)stack;
    if (depth == 0 || is_system_file(items->r, included))
        return;
    SourceFile *f = source_file(items->r, included);
    ptrs_push(ptrs_has(&items->once, f) ? &items->twice : &items->once, f);
}

static enum CXVisitorResult widest_field(CXCursor c, CXClientData data)
{
    long long *widest = data, align = clang_Type_getAlignOf(clang_getCursorType(c));
    *widest = align > *widest ? align : *widest;
    return CXVisit_Continue;
}

/* N where the struct was read under `#pragma pack(N)`, which its text does not show; else 0. */
static int pack_of(CXCursor c, const char *text)
{
    CXType t = clang_getCanonicalType(clang_getCursorType(c));
    if (t.kind != CXType_Record || !strchr(text, '{') || strstr(text, "__attribute__((packed))"))
        return 0;
    long long widest = 1, align = clang_Type_getAlignOf(t);
    clang_Type_visitFields(t, widest_field, &widest);
    return align > 0 && align < widest ? (int)align : 0;
}

/* A file that the macros before its #include make declarations of: included several times, or no header by its name. */
static bool is_template(const Items *items, SourceFile *f)
{
    const char *dot = strrchr(diag_file_name(f->diag), '.');
    return ptrs_has(&items->twice, f) || !dot || (dot[1] != 'h' && dot[1] != 'H');
}

/* `#pragma pack` around an #include. */
static bool is_packed_outside(Reader *r, CXCursor c, CXFile file)
{
    const char *text = source_file(r, file)->text;
    return pack_of(c, "{") && !(text && strstr(text, "pragma pack"));
}

/* Headers that define functions or variables: generated code that included them would define these again beside the source. Templates, which
 * mean nothing without the macros that the source gives them; and what only the source packs. */
static void open_headers(Items *items, const Kids *top)
{
    Reader *r = items->r;
    items->opened = items->once = items->twice = (Ptrs){.arena = r->scratch};
    clang_getInclusions(r->tu, count_inclusion, items);
    for (int i = 0; i < top->n; i++) {
        CXCursor c = top->at[i];
        CXFile file;
        if (cursor_in_main(r, c) || cursor_in_system(c))
            continue;
        clang_getExpansionLocation(clang_getCursorLocation(c), &file, NULL, NULL, NULL);
        if (file && !is_opened(items, file) && (defines_symbol(c) || is_template(items, source_file(r, file)) || is_packed_outside(r, c, file)))
            ptrs_push(&items->opened, source_file(r, file));
    }
    if (items->opened.n)
        clang_getInclusions(r->tu, open_includers, items);
}

/* ---------------------------------------------------------------------- macros that an include looks at */

typedef struct {
    const Items *items;
    const char *name;
    unsigned after; /* offset in the main file */
    bool found;
} MacroUse;

static void find_macro_use(CXFile included, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
    MacroUse *u = data;
    unsigned offset;
    if (depth == 0 || u->found)
        return;
    clang_getExpansionLocation(stack[depth - 1], NULL, NULL, NULL, &offset);
    if (offset < u->after || is_opened(u->items, included))
        return;
    if (is_system_file(u->items->r, included)) /* _GNU_SOURCE and its kin */
        u->found = u->name[0] == '_';
    else
        u->found = text_has_word(source_file(u->items->r, included)->text, u->name);
}

static TopItem *earlier_macro(const Items *items, const char *name)
{
    for (size_t i = 0; i < items->r->program->items.n; i++) {
        TopItem *item = items->r->program->items.at[i];
        if (item->kind == TOP_INCLUDE && item->name && !strcmp(item->name, name))
            return item;
    }
    return NULL;
}

/* `#define USE_DOUBLE` before `#include "real.h"`: real.h is another one without it. */
static enum CXChildVisitResult visit_definition(CXCursor c, CXCursor parent, CXClientData data)
{
    Items *items = data;
    Reader *r = items->r;
    (void)parent;
    if (clang_getCursorKind(c) != CXCursor_MacroDefinition || !cursor_in_main(r, c))
        return CXChildVisit_Continue;
    Place place = cursor_place(r, c);
    MacroUse use = {items, take_string(r->arena, clang_getCursorSpelling(c)), (unsigned)place.offset, false};
    clang_getInclusions(r->tu, find_macro_use, &use);
    if (!use.found)
        return CXChildVisit_Continue;
    unsigned end;
    clang_getExpansionLocation(clang_getRangeEnd(clang_getCursorExtent(c)), NULL, NULL, NULL, &end);
    const char *text = arena_printf(r->arena, "#define %s", arena_strndup(r->scratch, place.file->text + place.offset, end - place.offset));
    const TopItem *earlier = earlier_macro(items, use.name); /* of another of the given files */
    bool another = earlier && strcmp(earlier->text, text) != 0;
    if (another && use.name[0] != '_') {
        diag_error(place.loc, "what is included looks at '%s', which is something else in another file, and the generated file would need both; "
                              "differentiate the files in separate runs", use.name);
        diag_note(earlier->loc, "the other '%s' is here", use.name);
    }
    if (another)
        text = arena_printf(r->arena, "#undef %s\n%s", use.name, text);
    TopItem *item = add_item(items, place.offset);
    item->kind = TOP_INCLUDE;
    item->text = text;
    item->name = use.name;
    item->in_main = true;
    item->loc = place.loc;
    ptrs_push(&r->program->macros, (void *)use.name);
    return CXChildVisit_Continue;
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
    TopItem *item = add_item(items, order);
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
        TopItem *item = add_item(items, order);
        fill_item(items, item, c);
        item->kind = TOP_VAR;
        item->var = decl_of_var(r, c)->var;
        item->text = item->var->decl_text;
    } else if (kind == CXCursor_FunctionDecl) {
        TopItem *item = add_item(items, order);
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
    open_headers(&items, top);
    for (int i = 0; i < top->n; i++) {
        CXCursor c = top->at[i];
        if (cursor_in_main(r, c))
            last = cursor_place(r, c).offset;
        add_declaration(&items, c, last, &pending);
    }
    clang_getInclusions(r->tu, visit_inclusion, &items);
    clang_visitChildren(clang_getTranslationUnitCursor(r->tu), visit_definition, &items);
    if (items.n)
        qsort(items.at, items.n, sizeof *items.at, by_order);
    for (size_t i = 0; i < items.n; i++)
        ptrs_push(&r->program->items, items.at[i].item);
}
