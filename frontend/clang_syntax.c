/* clang_syntax.c: what libclang does not tell, from the text: the n-th `for` of a function in pre-order is the n-th in its
 * pretty-printed text, which tree-sitter parses. Asked only where libclang's tree is ambiguous. */
#include "clang_reader.h"

#include <ctype.h>
#include <string.h>

/* ---------------------------------------------------------------------- the function's text beside its tree */

typedef struct {
    Arena *arena;
    FnScope *fn;
} Listing;

static CXCursor *append(Arena *a, CXCursor *list, int n, CXCursor c)
{
    if (!(n & (n - 1)) && (!n || n >= 8)) {
        CXCursor *more = arena_alloc(a, (size_t)(n ? 2 * n : 8) * sizeof *more);
        if (n)
            memcpy(more, list, (size_t)n * sizeof *more);
        list = more;
    }
    list[n] = c;
    return list;
}

static enum CXChildVisitResult list_cursor(CXCursor c, CXCursor parent, CXClientData data)
{
    Listing *l = data;
    FnScope *fn = l->fn;
    (void)parent;
    switch (clang_getCursorKind(c)) {
    case CXCursor_ForStmt:
        fn->fors = append(l->arena, fn->fors, fn->nfors, c);
        fn->nfors++;
        break;
    case CXCursor_UnaryExpr:
        fn->sizeofs = append(l->arena, fn->sizeofs, fn->nsizeofs, c);
        fn->nsizeofs++;
        break;
    case CXCursor_FloatingLiteral:
        fn->floats = append(l->arena, fn->floats, fn->nfloats, c);
        fn->nfloats++;
        break;
    default:
        break;
    }
    return CXChildVisit_Recurse;
}

static FnSyntax *fn_syntax(Reader *r)
{
    FnScope *fn = r->fn;
    if (!fn)
        return NULL;
    if (!fn->syntax) {
        const char *text = take_string(r->scratch, clang_getCursorPrettyPrinted(fn->cursor, r->policy));
        fn->syntax = sitter_function(text, strlen(text), r->arena);
        Listing l = {r->scratch, fn};
        clang_visitChildren(fn->cursor, list_cursor, &l);
    }
    return fn->syntax;
}

/* Cursors of one statement differ by the way they were reached; data[1] is the statement itself. */
static int position(const CXCursor *list, int n, CXCursor c)
{
    for (int i = 0; i < n; i++)
        if (list[i].data[1] == c.data[1])
            return i;
    return -1;
}

/* ---------------------------------------------------------------------- for */

bool for_clauses(Reader *r, CXCursor c, const Kids *kids, ForClauses *out)
{
    int present = kids->n - 1; /* the last is the body */
    if (present == 0 || present == 3) {
        *out = (ForClauses){present == 3, present == 3, present == 3};
        return true;
    }
    if (present > 3)
        return false;
    if (present == 1 && clang_getCursorKind(kids->at[0]) == CXCursor_DeclStmt) {
        *out = (ForClauses){.has_init = true};
        return true;
    }
    FnSyntax *s = fn_syntax(r);
    int i = s && s->nfors == r->fn->nfors ? position(r->fn->fors, r->fn->nfors, c) : -1;
    if (i < 0)
        return false;
    *out = s->fors[i];
    return out->has_init + out->has_cond + out->has_inc == present;
}

/* ---------------------------------------------------------------------- sizeof and literals */

/* The source text at the place where the cursor's first token is written; NULL outside files. Macro bodies give the macro's use. */
static const char *text_at(Reader *r, CXCursor c, size_t *left)
{
    CXFile file;
    unsigned offset;
    clang_getFileLocation(clang_getCursorLocation(c), &file, NULL, NULL, &offset);
    SourceFile *f = source_file(r, file);
    if (!f || !f->text || offset >= f->len)
        return NULL;
    *left = f->len - offset;
    return f->text + offset;
}

const char *expanded_sizeof_text(Reader *r, CXCursor c)
{
    FnSyntax *s = fn_syntax(r);
    int i = s && s->nsizeofs == r->fn->nsizeofs ? position(r->fn->sizeofs, r->fn->nsizeofs, c) : -1;
    return i >= 0 ? s->sizeofs[i] : NULL;
}

const char *sizeof_text(Reader *r, CXCursor c)
{
    CXSourceRange range = clang_getCursorExtent(c);
    CXFile file, other;
    unsigned from, to, spelled;
    clang_getExpansionLocation(clang_getRangeStart(range), &file, NULL, NULL, &from);
    clang_getExpansionLocation(clang_getRangeEnd(range), &other, NULL, NULL, &to);
    clang_getFileLocation(clang_getRangeStart(range), NULL, NULL, NULL, &spelled);
    SourceFile *f = file == other ? source_file(r, file) : NULL;
    if (f && f->text && from == spelled && from + 6 < to && to <= f->len) {
        const char *text = arena_strndup(r->scratch, f->text + from, to - from);
        bool whole = !strncmp(text, "sizeof", 6) || !strncmp(text, "_Alignof", 8) || !strncmp(text, "__alignof", 9);
        if (whole && !strpbrk(text, "/\n") && strlen(text) < 64 && text[strlen(text) - 1] == ')' &&
            strchr(text, '(') == strrchr(text, '('))
            return text;
    }
    return expanded_sizeof_text(r, c);
}

const char *literal_text(Reader *r, CXCursor c)
{
    size_t left, n = 0;
    const char *s = text_at(r, c, &left);
    if (!s || !(isdigit((unsigned char)s[0]) || (s[0] == '.' && left > 1 && isdigit((unsigned char)s[1]))))
        return NULL;
    while (n < left &&
           (isalnum((unsigned char)s[n]) || s[n] == '.' || s[n] == '_' ||
            ((s[n] == '+' || s[n] == '-') && n && strchr("eEpP", s[n - 1]) && !(strchr("eE", s[n - 1]) && s[1] == 'x'))))
        n++;
    return arena_strndup(r->arena, s, n);
}

const char *float_text(Reader *r, CXCursor c)
{
    const char *text = literal_text(r, c);
    if (text && strpbrk(text, "lL"))
        return text;
    FnSyntax *s = fn_syntax(r);
    int i = s && s->nfloats == r->fn->nfloats ? position(r->fn->floats, r->fn->nfloats, c) : -1;
    return i >= 0 ? s->floats[i] : NULL;
}
