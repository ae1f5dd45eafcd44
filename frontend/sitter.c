/* sitter.c: concrete syntax by tree-sitter: what libclang's tree does not keep. Never the structure of expressions: without types
 * `a*(b)-c` may be a cast. */
#include "frontend.h"

#include <string.h>
#include <tree_sitter/api.h>

/* The grammar's only symbol: parser.c comes without a header. */
const TSLanguage *tree_sitter_c(void);

/* A growing array in an arena: doubles by copying, which an arena makes simple. */
static void *grow(Arena *arena, void *at, int n, size_t item)
{
    if (n & (n - 1) || (n && n < 8))
        return at; /* room is made at 0, 8, 16, 32... */
    void *more = arena_alloc(arena, (size_t)(n ? 2 * n : 8) * item);
    if (n)
        memcpy(more, at, (size_t)n * item);
    return more;
}

typedef void Visit(TSNode node, const char *type, void *ctx);

/* Calls visit on every named node in order, without recursion: the text may be nested deeply. */
static bool visit_tree(const char *text, size_t len, Visit *visit, void *ctx)
{
    if (len > UINT32_MAX)
        return false;
    TSParser *parser = ts_parser_new();
    TSTree *tree =
        ts_parser_set_language(parser, tree_sitter_c()) ? ts_parser_parse_string(parser, NULL, text, (uint32_t)len) : NULL;
    if (!tree)
        ICE("the C grammar does not fit the tree-sitter library");
    TSTreeCursor at = ts_tree_cursor_new(ts_tree_root_node(tree));
    for (bool more = true; more;) {
        TSNode node = ts_tree_cursor_current_node(&at);
        if (ts_node_is_named(node))
            visit(node, ts_node_type(node), ctx);
        more = ts_tree_cursor_goto_first_child(&at);
        while (!more) {
            if (ts_tree_cursor_goto_next_sibling(&at))
                more = true;
            else if (!ts_tree_cursor_goto_parent(&at))
                break;
        }
    }
    ts_tree_cursor_delete(&at);
    ts_tree_delete(tree);
    ts_parser_delete(parser);
    return true;
}

/* ---------------------------------------------------------------------- functions */

typedef struct {
    FnSyntax *out;
    const char *text;
    Arena *arena;
} FnVisit;

static bool has_field(TSNode node, const char *field)
{
    return !ts_node_is_null(ts_node_child_by_field_name(node, field, (uint32_t)strlen(field)));
}

static char *node_text(const FnVisit *v, TSNode node)
{
    uint32_t from = ts_node_start_byte(node);
    return arena_strndup(v->arena, v->text + from, ts_node_end_byte(node) - from);
}

static bool is_floating_literal(const char *s)
{
    bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
    return strpbrk(s, hex ? ".pP" : ".eE") != NULL;
}

static void visit_fn_node(TSNode node, const char *type, void *ctx)
{
    FnVisit *v = ctx;
    FnSyntax *out = v->out;
    if (!strcmp(type, "for_statement")) {
        out->fors = grow(v->arena, out->fors, out->nfors, sizeof *out->fors);
        out->fors[out->nfors++] =
            (ForClauses){has_field(node, "initializer"), has_field(node, "condition"), has_field(node, "update")};
    } else if (!strcmp(type, "sizeof_expression") || !strcmp(type, "alignof_expression")) {
        out->sizeofs = grow(v->arena, out->sizeofs, out->nsizeofs, sizeof *out->sizeofs);
        out->sizeofs[out->nsizeofs++] = node_text(v, node);
    } else if (!strcmp(type, "number_literal")) {
        char *text = node_text(v, node);
        if (!is_floating_literal(text))
            return;
        out->floats = grow(v->arena, out->floats, out->nfloats, sizeof *out->floats);
        out->floats[out->nfloats++] = text;
    }
}

FnSyntax *sitter_function(const char *fn_text, size_t len, Arena *arena)
{
    FnVisit v = {arena_alloc(arena, sizeof(FnSyntax)), fn_text, arena};
    visit_tree(fn_text, len, visit_fn_node, &v);
    return v.out;
}

/* ---------------------------------------------------------------------- pragmas */

typedef struct {
    Pragma *at;
    int n;
    const char *text;
    Arena *arena;
} PragmaVisit;

static void visit_file_node(TSNode node, const char *type, void *ctx)
{
    PragmaVisit *v = ctx;
    if (strcmp(type, "preproc_call"))
        return;
    TSNode directive = ts_node_child_by_field_name(node, "directive", 9);
    TSNode argument = ts_node_child_by_field_name(node, "argument", 8);
    if (ts_node_is_null(directive) || ts_node_is_null(argument))
        return;
    const char *word = v->text + ts_node_start_byte(directive);
    size_t length = ts_node_end_byte(directive) - ts_node_start_byte(directive);
    if (length < 6 || memcmp(word + length - 6, "pragma", 6)) /* `# pragma` is one token with its `#` */
        return;
    uint32_t from = ts_node_start_byte(argument), to = ts_node_end_byte(argument);
    v->at = grow(v->arena, v->at, v->n, sizeof *v->at);
    v->at[v->n++] = (Pragma){ts_node_start_byte(node), to, arena_strndup(v->arena, v->text + from, to - from)};
}

int sitter_pragmas(const char *file_text, size_t len, Arena *arena, Pragma **out)
{
    PragmaVisit v = {.text = file_text, .arena = arena};
    visit_tree(file_text, len, visit_file_node, &v);
    *out = v.at;
    return v.n;
}
