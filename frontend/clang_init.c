/* clang_init.c: initialisers. libclang shows them as written; what C11 6.7.9 says about designators and missing braces is applied
 * here: `struct { int a; double x[2]; } s = {1, .x[1] = 2}` becomes {1, {<zero>, 2}}. */
#include "clang_reader.h"

#include <string.h>

/* One element of a braced list: its designators as element and field numbers, resolved against the list's type. */
typedef struct {
    int64_t at[16];
    int n;
    int64_t last; /* [first ... last]: of the innermost designator */
    CXCursor value;
} Item;

typedef struct {
    Item *items;
    int n, next;
} List;

static void fill(Reader *r, Expr *to, List *list, bool braced, int used);

/* ---------------------------------------------------------------------- what may be initialised */

static bool is_aggregate(const Type *t)
{
    return t->kind == TY_ARRAY || t->kind == TY_RECORD;
}

static int64_t member_count(const Type *t)
{
    if (t->kind == TY_RECORD)
        return t->is_union && t->nfields > 1 ? 1 : t->nfields;
    return t->count < 0 ? INT32_MAX : t->count;
}

static Type *member_type(const Type *t, int64_t i)
{
    return t->kind == TY_ARRAY ? t->elem : t->fields[i].type;
}

static size_t capacity(int n)
{
    size_t cap = 8;
    while (cap < (size_t)n)
        cap *= 2;
    return cap;
}

/* The slot of member i, with room made up to it. In a union, i says which member; there is one slot. */
static Expr **slot(Reader *r, Expr *init, int64_t i)
{
    if (init->type->kind == TY_RECORD && init->type->is_union) {
        if (init->field != (int)i && init->nargs)
            init->args[0] = NULL;
        init->field = (int)i;
        i = 0;
    }
    if (i >= init->nargs) {
        int old = init->nargs, n = (int)i + 1;
        if (!old || (size_t)n > capacity(old)) {
            Expr **more = arena_alloc(r->arena, capacity(n) * sizeof *more);
            if (old)
                memcpy(more, init->args, (size_t)old * sizeof *more);
            init->args = more;
        }
        init->nargs = n;
    }
    return &init->args[i];
}

static Expr *init_new(Reader *r, Type *t, Loc loc)
{
    return expr_new(r, EX_INIT, t, loc);
}

/* The aggregate in a slot, made when there is none yet. */
static Expr *aggregate_in(Reader *r, Expr **to, Type *t, Loc loc)
{
    if (!*to || (*to)->kind != EX_INIT)
        *to = init_new(r, t, loc);
    return *to;
}

/* ---------------------------------------------------------------------- designators */

static bool field_path(const Type *t, const char *name, Item *item)
{
    for (int i = 0; i < t->nfields && item->n < 16; i++) {
        const Field *f = &t->fields[i];
        item->at[item->n++] = i;
        if (f->name ? !strcmp(f->name, name) : f->type->kind == TY_RECORD && field_path(f->type, name, item))
            return true;
        item->n--;
    }
    return false;
}

/* Is there `...` between two index expressions? */
static bool is_range(Reader *r, CXCursor a, CXCursor b)
{
    unsigned from, to;
    CXFile file;
    clang_getExpansionLocation(clang_getRangeEnd(clang_getCursorExtent(a)), &file, NULL, NULL, &from);
    clang_getExpansionLocation(clang_getCursorLocation(b), NULL, NULL, NULL, &to);
    SourceFile *f = source_file(r, file);
    return f && f->text && from < to && to <= f->len && memmem(f->text + from, to - from, "...", 3);
}

/* The children of a designated initialiser: members and indices in order, then the value. False: not understood. */
static bool read_designators(Reader *r, const Kids *kids, Type *t, Item *item)
{
    for (int i = 0; i < kids->n - 1; i++) {
        CXCursor c = kids->at[i];
        int before = item->n;
        if (clang_getCursorKind(c) == CXCursor_MemberRef) {
            const char *name = take_string(r->scratch, clang_getCursorSpelling(c));
            if (!name[0])
                continue; /* an anonymous member on the way: found again by the path */
            if (t->kind != TY_RECORD || !field_path(t, name, item))
                return false;
            item->last = item->at[item->n - 1];
        } else {
            int64_t index;
            if (t->kind != TY_ARRAY || item->n >= 16 || !expr_const_int(read_expr(r, c), &index))
                return false;
            item->at[item->n++] = item->last = index;
            if (i + 1 < kids->n - 1 && clang_isExpression(clang_getCursorKind(kids->at[i + 1])) && is_range(r, c, kids->at[i + 1]))
                if (!expr_const_int(read_expr(r, kids->at[++i]), &item->last) || i + 1 < kids->n - 1)
                    return false; /* [0 ... 2].x: a range inside a path */
        }
        for (int k = before; k < item->n; k++)
            t = member_type(t, item->at[k]);
    }
    return item->n > 0;
}

/* A designated initialiser is an unexposed expression of type void. */
static bool is_designated(CXCursor c)
{
    return clang_getCursorKind(c) == CXCursor_UnexposedExpr && clang_getCursorType(c).kind == CXType_Void;
}

static bool read_items_of(Reader *r, CXCursor c, Type *t, List *list)
{
    Kids kids = cursor_kids(r, c);
    list->items = arena_alloc(r->scratch, (size_t)kids.n * sizeof *list->items);
    for (int i = 0; i < kids.n; i++) {
        Item *item = &list->items[list->n];
        if (!clang_isExpression(clang_getCursorKind(kids.at[i])))
            continue;
        item->value = kids.at[i];
        list->n++;
        if (!is_designated(kids.at[i]))
            continue;
        Kids parts = cursor_kids(r, kids.at[i]);
        if (parts.n < 2 || !read_designators(r, &parts, t, item))
            return false;
        item->value = parts.at[parts.n - 1];
    }
    return true;
}

/* ---------------------------------------------------------------------- filling */

static bool is_char_array(const Type *t)
{
    return t->kind == TY_ARRAY && type_is_int(t->elem) && t->elem->size == 1;
}

/* A literal for a character array, perhaps in parentheses. */
static bool is_string(CXCursor c)
{
    return clang_getCursorKind(c) == CXCursor_StringLiteral;
}

/* The list's next value into member i of `to`; leaves values for later members where the member takes several without braces. */
static void fill_member(Reader *r, Expr *to, int64_t i, List *list)
{
    Item *item = &list->items[list->next];
    Type *t = member_type(to->type, i);
    Expr **at = slot(r, to, i);
    bool whole = !is_aggregate(t) || clang_getCursorKind(item->value) == CXCursor_InitListExpr ||
                 (is_char_array(t) && is_string(item->value));
    if (!whole && t->kind == TY_RECORD)
        whole = read_type(r, clang_getCursorType(item->value)) == t;
    if (!whole) {
        r->braces_missing |= !item->n && list->n > 1;
        fill(r, aggregate_in(r, at, t, to->loc), list, false, item->n);
        return;
    }
    *at = read_init(r, item->value, t);
    list->next++;
}

static void repeat_range(Reader *r, Expr *to, int64_t first, int64_t last)
{
    for (int64_t i = first + 1; i <= last; i++) {
        Expr *value = *slot(r, to, first); /* again each time: room may have moved */
        *slot(r, to, i) = value;
    }
}

/* Fills the members of `to` in order from the list. `used` designators of the next item led here; braced: this is the list's own object,
 * where a new designator starts over. */
static void fill(Reader *r, Expr *to, List *list, bool braced, int used)
{
    int64_t i = 0, count = member_count(to->type);
    bool first = !braced;
    while (list->next < list->n) {
        Item *item = &list->items[list->next];
        int depth = first ? used : 0;
        if (!first && item->n && !braced)
            return;
        first = false;
        if (depth < item->n) {
            i = item->at[depth];
            if (i < 0 || (to->type->kind == TY_ARRAY && i >= count) || (to->type->kind == TY_RECORD && i >= to->type->nfields))
                return; /* clang has refused it */
        } else if (i >= count) {
            if (!braced)
                return;
            list->next++; /* excess element: clang has warned */
            continue;
        }
        if (depth + 1 < item->n) {
            fill(r, aggregate_in(r, slot(r, to, i), member_type(to->type, i), to->loc), list, false, depth + 1);
        } else {
            bool ranged = depth + 1 == item->n && item->last > i && to->type->kind == TY_ARRAY;
            fill_member(r, to, i, list);
            if (ranged) {
                repeat_range(r, to, i, item->last);
                i = item->last;
            }
        }
        i++;
        if (to->type->kind == TY_RECORD && to->type->is_union)
            i = count;
    }
}

Expr *read_init(Reader *r, CXCursor c, Type *t)
{
    Loc loc = cursor_loc(r, c);
    if (clang_getCursorKind(c) != CXCursor_InitListExpr) {
        if (is_char_array(t) && is_string(c))
            return read_expr(r, c);
        return coerce(r, read_expr(r, c), t);
    }
    reader_enter(r, c);
    List list = {0};
    bool good = read_items_of(r, c, t, &list);
    Expr *e = init_new(r, t, loc);
    if (!good)
        e = expr_unsupported(r, t, loc, "this designated initialiser");
    else if (is_aggregate(t) && list.n == 1 && !list.items[0].n && is_char_array(t) && is_string(list.items[0].value))
        e = read_expr(r, list.items[0].value); /* char s[] = {"..."} */
    else if (is_aggregate(t))
        fill(r, e, &list, true, 0);
    else if (list.n)
        e = read_init(r, list.items[0].value, t); /* int i = {1} */
    else
        e = coerce(r, expr_int(r, type_scalar(TY_INT), 0, loc), t);
    reader_leave(r);
    return e;
}
