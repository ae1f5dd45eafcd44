/* ir_parse.c: reads the text form that ir_print.c writes (its form is described there).
 *
 * Lines matter: a declaration or op ends at its line's end, but for the regions that follow it. After the first error the cursor
 * stays at the end of the text, so that every loop ends; the parts that are still built are thrown away with the program. */
#include "transform.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *at, *end, *line_start;
    int file, line;
    bool failed;
    Program *program;
    Arena *arena;      /* scratch */
    StrMap records, vars, fns;
    int *files;        /* file number in the text -> diag file */
    int nfiles;
    /* of the function being read */
    Fn *fn;
    Ptrs values;       /* by number */
    PtrMap labels;     /* (char*) base + number -> Op*, see label_key */
} Parser;

/* ---------------------------------------------------------------------- characters */

static void fail(Parser *p, const char *what)
{
    if (!p->failed)
        diag_error((Loc){p->file, p->line, (int)(p->at - p->line_start) + 1}, "%s", what);
    p->failed = true;
    p->at = p->end;
}

static char peek(const Parser *p)
{
    return p->at < p->end ? *p->at : '\0';
}

static void skip_blanks(Parser *p)
{
    while (peek(p) == ' ' || peek(p) == '\t' || peek(p) == '\r')
        p->at++;
    if (p->end - p->at >= 2 && p->at[0] == '/' && p->at[1] == '/')
        while (p->at < p->end && *p->at != '\n')
            p->at++;
}

static void skip_lines(Parser *p)
{
    for (skip_blanks(p); peek(p) == '\n'; skip_blanks(p)) {
        p->line_start = ++p->at;
        p->line++;
    }
}

static bool accept(Parser *p, const char *token)
{
    skip_blanks(p);
    size_t n = strlen(token);
    if ((size_t)(p->end - p->at) < n || memcmp(p->at, token, n) != 0)
        return false;
    p->at += n;
    return true;
}

static void expect(Parser *p, const char *token)
{
    if (!accept(p, token))
        fail(p, arena_printf(p->arena, "expected '%s'", token));
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool accept_word(Parser *p, const char *word)
{
    skip_blanks(p);
    size_t n = strlen(word);
    if ((size_t)(p->end - p->at) < n || memcmp(p->at, word, n) != 0 || (p->at + n < p->end && is_word(p->at[n])))
        return false;
    p->at += n;
    return true;
}

/* A run of word characters and those in `more`; may be empty. */
static char *take_word(Parser *p, const char *more)
{
    const char *start = p->at;
    while (p->at < p->end && (is_word(*p->at) || (*p->at && strchr(more, *p->at))))
        p->at++;
    return arena_strndup(p->arena, start, (size_t)(p->at - start));
}

static long long take_int(Parser *p)
{
    skip_blanks(p);
    if (!isdigit((unsigned char)peek(p)) && peek(p) != '-') {
        fail(p, "expected a number");
        return 0;
    }
    char *stop;
    errno = 0;
    long long v = strtoll(p->at, &stop, 10);
    if (stop == p->at || errno)
        fail(p, "bad number");
    else
        p->at = stop;
    return v;
}

static int take_count(Parser *p)
{
    long long v = take_int(p);
    if (v < 0 || v > 50000000)
        fail(p, "number out of range");
    return p->failed ? 0 : (int)v;
}

static void take_escape(Parser *p, Str *s)
{
    char c = peek(p);
    if (c == 'x' && p->end - p->at > 2) {
        char digits[3] = {p->at[1], p->at[2], '\0'};
        c = (char)strtol(digits, NULL, 16);
        p->at += 2;
    } else if (c == 'n')
        c = '\n';
    if (p->at < p->end)
        p->at++;
    str_putn(s, &c, 1);
}

/* A quoted string; its text lives as long as the program. */
static char *take_quoted(Parser *p)
{
    expect(p, "\"");
    Str s = {.arena = p->program->arena};
    str_put(&s, "");
    while (p->at < p->end && *p->at != '"' && *p->at != '\n') {
        if (*p->at == '\\') {
            p->at++;
            take_escape(p, &s);
        } else
            str_putn(&s, p->at++, 1);
    }
    expect(p, "\"");
    return s.s;
}

static Loc take_loc(Parser *p)
{
    Loc loc = {.file = -1};
    if (!accept(p, "!"))
        return loc;
    if (!accept(p, "-")) {
        int n = take_count(p);
        if (n < p->nfiles)
            loc.file = p->files[n];
        else
            fail(p, "no such file");
    }
    expect(p, ":");
    loc.line = take_count(p);
    expect(p, ":");
    loc.col = take_count(p);
    return loc;
}

static void end_line(Parser *p)
{
    skip_blanks(p);
    if (p->at < p->end && peek(p) != '\n')
        fail(p, "expected the end of the line");
    skip_lines(p);
}

/* ---------------------------------------------------------------------- names */

/* The name in a key: `x#12` -> `x`. */
static char *key_name(Parser *p, const char *key)
{
    const char *hash = strrchr(key, '#');
    return arena_strndup(p->program->arena, key, hash ? (size_t)(hash - key) : strlen(key));
}

static Type *take_record(Parser *p)
{
    const char *start = p->at;
    while (p->at < p->end && *p->at != '>' && *p->at != '\n')
        p->at++;
    char *key = arena_strndup(p->arena, start, (size_t)(p->at - start));
    expect(p, ">");
    Type *t = strmap_get(&p->records, key);
    if (!t) {
        t = type_record(key_name(p, key), false);
        strmap_put(&p->records, key, t);
    }
    return t;
}

static Var *take_var(Parser *p)
{
    expect(p, "$");
    char *key = take_word(p, "#.");
    Var *v = strmap_get(&p->vars, key);
    if (!v) {
        v = arena_alloc(p->program->arena, sizeof *v);
        v->name = key_name(p, key);
        v->type = type_scalar(TY_INT);
        v->loc.file = -1;
        strmap_put(&p->vars, key, v);
    }
    return v;
}

static Fn *take_fn(Parser *p)
{
    expect(p, "@");
    char *key = take_word(p, "#.");
    Fn *fn = strmap_get(&p->fns, key);
    if (!fn) {
        fn = fn_new(p->program, key_name(p, key));
        strmap_put(&p->fns, key, fn);
    }
    return fn;
}

/* ---------------------------------------------------------------------- types */

static Type *take_type(Parser *p);

/* The scalar type with the longest spelling that comes next: `long double` before `long`. */
static Type *take_base_type(Parser *p)
{
    skip_blanks(p);
    if (accept(p, "<"))
        return take_record(p);
    if (accept_word(p, "opaque"))
        return type_opaque(take_quoted(p));
    if (accept_word(p, "void"))
        return type_void();
    Type *best = NULL;
    const char *start = p->at, *stop = start;
    for (int k = 0; k < TY_VOID; k++) {
        Type *t = type_scalar((TypeKind)k);
        p->at = start;
        if (accept_word(p, t->name) && p->at > stop) {
            stop = p->at;
            best = t;
        }
    }
    p->at = stop;
    if (!best) {
        fail(p, "expected a type");
        best = type_scalar(TY_INT);
    }
    return best;
}

static Type *take_func_type(Parser *p, Type *ret)
{
    Ptrs params = {.arena = p->arena};
    bool variadic = false;
    while (!p->failed && !accept(p, ")")) {
        if (accept(p, "..."))
            variadic = true;
        else
            ptrs_push(&params, take_type(p));
        if (!accept(p, ","))
            skip_blanks(p);
    }
    return type_func(ret, (Type **)params.at, (int)params.n, variadic);
}

static Type *take_type(Parser *p)
{
    Type *t = take_base_type(p);
    while (!p->failed) {
        const char *start = p->at;
        bool is_const = accept_word(p, "const"), is_volatile = accept_word(p, "volatile");
        if (accept(p, "*"))
            t = type_ptr_q(t, is_const, is_volatile);
        else if (accept(p, "[")) {
            skip_blanks(p);
            t = type_array_q(t, peek(p) == ']' ? -1 : take_int(p), is_const, is_volatile);
            expect(p, "]");
        } else if (p->at == start && peek(p) == '(') { /* a blank before it: not a part of the type */
            p->at++;
            t = take_func_type(p, t);
        } else {
            p->at = start;
            break;
        }
    }
    return t;
}

/* ---------------------------------------------------------------------- values and ops */

static Value *take_value(Parser *p)
{
    expect(p, "%");
    size_t n = (size_t)take_count(p);
    if (p->failed)
        return NULL;
    if (n >= p->values.n || !p->values.at[n]) {
        fail(p, "a value is used before its definition");
        return NULL;
    }
    return p->values.at[n];
}

typedef struct {
    size_t number;
    Type *type;
    Var *var;
} Definition;

static Definition take_definition(Parser *p)
{
    expect(p, "%");
    Definition d = {.number = (size_t)take_count(p)};
    expect(p, ":");
    d.type = take_type(p);
    skip_blanks(p);
    if (peek(p) == '$')
        d.var = take_var(p);
    return d;
}

static void define(Parser *p, size_t number, Value *v)
{
    while (p->values.n <= number)
        ptrs_push(&p->values, NULL);
    if (p->values.at[number])
        fail(p, "a value is defined twice");
    else
        p->values.at[number] = v;
}

static OpCode take_opcode(Parser *p)
{
    skip_blanks(p);
    const char *start = p->at;
    char *word = take_word(p, "");
    for (int code = 0; code < OP_COUNT; code++)
        if (!strcmp(op_info[code].text, word))
            return (OpCode)code;
    p->at = start;
    fail(p, arena_printf(p->arena, "'%s' is no op", word));
    return OP_UNDEF;
}

/* Labels are few: a map from small numbers, as offsets into nothing that is ever read. */
static const void *label_key(int number)
{
    return (const void *)((uintptr_t)number + 1);
}

static Op *take_label(Parser *p)
{
    Op *op = ptrmap_get(&p->labels, label_key(take_count(p)));
    if (!op)
        fail(p, "no such label");
    return op;
}

static LoopInfo *take_loop_info(Parser *p)
{
    LoopInfo *loop = arena_alloc(p->program->arena, sizeof *loop);
    expect(p, "(");
    while (!p->failed && !accept(p, ")")) {
        if (accept_word(p, "independent"))
            loop->independent = true;
        else if (accept_word(p, "checkpoint")) {
            loop->checkpoint = true;
            loop->snapshots = take_count(p);
        } else if (accept_word(p, "omp"))
            loop->omp = take_quoted(p);
        else
            fail(p, "unknown loop attribute");
    }
    return loop;
}

static bool take_word_attr(Parser *p, Op *op)
{
    if (accept_word(p, "of"))
        op->of = take_type(p);
    else if (accept_word(p, "cmp"))
        op->cmp = take_opcode(p);
    else if (accept_word(p, "reversed"))
        op->reversed = true;
    else if (accept_word(p, "zeroed"))
        op->zeroed = true;
    else if (accept_word(p, "tape"))
        op->tape = true;
    else if (accept_word(p, "static"))
        op->is_static = true;
    else if (accept_word(p, "guarded"))
        op->guarded = true;
    else if (accept_word(p, "loop"))
        op->loop = take_loop_info(p);
    else if (accept_word(p, "note"))
        op->note = take_quoted(p);
    else if (accept_word(p, "mirror")) {
        expect(p, "^");
        op->mirror = take_label(p);
    } else
        return false;
    return true;
}

static bool take_float(Parser *p, Op *op)
{
    char c = p->at[0] == '-' && p->at + 1 < p->end ? p->at[1] : p->at[0];
    if (!isdigit((unsigned char)c) && c != 'i' && c != 'n')
        return false;
    char *stop;
    long double v = strtold(p->at, &stop);
    if (stop == p->at || (stop < p->end && is_word(*stop)))
        return false;
    op->fval = v;
    p->at = stop;
    return true;
}

static void take_attrs(Parser *p, Op *op)
{
    for (skip_blanks(p); p->at < p->end && *p->at != '\n' && *p->at != '!' && *p->at != '{'; skip_blanks(p)) {
        switch (*p->at) {
        case '#':
            p->at++;
            op->ival = take_int(p);
            break;
        case '"':
            op->text = take_quoted(p);
            break;
        case '$':
            op->var = take_var(p);
            break;
        case '@':
            op->callee = take_fn(p);
            break;
        default:
            if (!take_word_attr(p, op) && !take_float(p, op))
                fail(p, "unknown attribute");
        }
    }
}

static void take_region(Parser *p, Region *r);

static void take_regions(Parser *p, Op *op)
{
    skip_blanks(p);
    while (!p->failed && peek(p) == '{') {
        if (op->nregions == 2) {
            fail(p, "too many regions");
            break;
        }
        op_add_region(op);
        take_region(p, op->regions[op->nregions - 1]);
        skip_blanks(p);
    }
}

static Op *build_parsed(Parser *p, Region *r, OpCode code, const Ptrs *args, const Definition *defs, int ndefs)
{
    Builder b = at_end(r);
    Op *op = op_build(&b, code, (Value **)args->at, (int)args->n, 0);
    op->loc = (Loc){.file = -1};
    for (int i = 0; i < ndefs; i++)
        define(p, defs[i].number, op_add_result(op, defs[i].type, defs[i].var));
    return op;
}

static void take_op(Parser *p, Region *r)
{
    int label = -1;
    if (accept(p, "^"))
        label = take_count(p);
    Definition *defs = NULL;
    int ndefs = 0, room = 0;
    skip_blanks(p);
    if (peek(p) == '%') {
        do {
            if (ndefs == room) {
                Definition *more = arena_alloc(p->arena, (size_t)(room = room * 2 + 2) * sizeof *more);
                if (ndefs)
                    memcpy(more, defs, (size_t)ndefs * sizeof *more);
                defs = more;
            }
            defs[ndefs++] = take_definition(p);
        } while (!p->failed && accept(p, ","));
        expect(p, "=");
    }
    OpCode code = take_opcode(p);
    Ptrs args = {.arena = p->arena};
    skip_blanks(p);
    if (peek(p) == '%')
        do
            ptrs_push(&args, take_value(p));
        while (!p->failed && accept(p, ","));
    if (p->failed)
        return;
    Op *op = build_parsed(p, r, code, &args, defs, ndefs);
    if (label >= 0)
        ptrmap_put(&p->labels, label_key(label), op);
    take_attrs(p, op);
    op->loc = take_loc(p);
    take_regions(p, op);
    end_line(p);
}

static void take_region_mirror(Parser *p, Region *r)
{
    expect(p, "^");
    if (accept_word(p, "body")) {
        r->mirror = p->fn->body;
        return;
    }
    Op *op = take_label(p);
    expect(p, ".");
    int k = take_count(p);
    if (!p->failed && k < op->nregions)
        r->mirror = op->regions[k];
    else
        fail(p, "no such region");
}

static void take_region(Parser *p, Region *r)
{
    expect(p, "{");
    if (accept(p, "(") && !accept(p, ")")) {
        do {
            Definition d = take_definition(p);
            define(p, d.number, region_add_arg(r, d.type, d.var));
        } while (!p->failed && accept(p, ","));
        expect(p, ")");
    }
    if (accept_word(p, "mirror"))
        take_region_mirror(p, r);
    end_line(p);
    while (!p->failed && !accept(p, "}")) {
        if (p->at == p->end)
            fail(p, "expected '}'");
        else
            take_op(p, r);
    }
}

/* ---------------------------------------------------------------------- functions */

static void take_var_list(Parser *p, Ptrs *to)
{
    expect(p, "(");
    if (accept(p, ")"))
        return;
    do
        ptrs_push(to, take_var(p));
    while (!p->failed && accept(p, ","));
    expect(p, ")");
}

static bool take_fn_flag(Parser *p, Fn *fn)
{
    struct {
        const char *word;
        bool *flag;
    } flags[] = {{"sret", &fn->sret},         {"static", &fn->is_static},    {"inline", &fn->is_inline}, {"variadic", &fn->is_variadic},
                 {"noalias", &fn->noalias},   {"inactive", &fn->is_inactive}, {"body", &fn->has_body}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (accept_word(p, flags[i].word))
            return *flags[i].flag = true;
    return false;
}

static bool take_fn_text(Parser *p, Fn *fn)
{
    struct {
        const char *word;
        const char **text;
    } texts[] = {{"ret_spelled", &fn->ret_spelled}, {"comment", &fn->comment}, {"decl", &fn->decl_text}, {"def", &fn->def_text}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (accept_word(p, texts[i].word)) {
            *texts[i].text = take_quoted(p);
            return true;
        }
    return false;
}

static void take_fn_attrs(Parser *p, Fn *fn)
{
    Ptrs params = {.arena = p->program->arena};
    for (;;) {
        if (accept_word(p, "params"))
            take_var_list(p, &params);
        else if (accept_word(p, "locals"))
            take_var_list(p, &fn->locals);
        else if (accept_word(p, "custom_vjp"))
            fn->custom_vjp = take_fn(p);
        else if (accept_word(p, "custom_jvp"))
            fn->custom_jvp = take_fn(p);
        else if (accept_word(p, "unsupported")) {
            fn->unsupported.what = take_quoted(p);
            fn->unsupported.loc = take_loc(p);
        } else if (!take_fn_flag(p, fn) && !take_fn_text(p, fn))
            break;
    }
    fn->params = (Var **)params.at;
    fn->nparams = (int)params.n;
    for (int i = 0; i < fn->nparams; i++)
        fn->params[i]->owner = fn;
    for (size_t i = 0; i < fn->locals.n; i++)
        ((Var *)fn->locals.at[i])->owner = fn;
}

static void take_function(Parser *p, Ptrs *order)
{
    Fn *fn = take_fn(p);
    ptrs_push(order, fn);
    p->fn = fn;
    p->values.n = 0;
    p->labels = (PtrMap){.arena = p->arena};
    if (fn->body->first || fn->has_body)
        fail(p, "a function is defined twice");
    expect(p, "(");
    if (!accept(p, ")")) {
        do {
            Definition d = take_definition(p);
            define(p, d.number, region_add_arg(fn->body, d.type, d.var));
        } while (!p->failed && accept(p, ","));
        expect(p, ")");
    }
    expect(p, "->");
    fn->ret = take_type(p);
    take_fn_attrs(p, fn);
    fn->loc = take_loc(p);
    skip_blanks(p);
    if (fn->has_body)
        take_region(p, fn->body);
    end_line(p);
}

/* ---------------------------------------------------------------------- declarations */

static void take_file(Parser *p)
{
    int n = take_count(p);
    const char *name = take_quoted(p);
    if (n != p->nfiles)
        fail(p, "files are numbered in order");
    int *files = arena_alloc(p->arena, (size_t)(p->nfiles + 1) * sizeof *files);
    if (p->nfiles)
        memcpy(files, p->files, (size_t)p->nfiles * sizeof *files);
    files[p->nfiles++] = diag_add_file(name, NULL, 0);
    p->files = files;
    end_line(p);
}

static void take_field(Parser *p, Type *record, int *room)
{
    if (record->nfields == *room) {
        *room = *room * 2 + 4;
        Field *more = arena_alloc(p->program->arena, (size_t)*room * sizeof *more);
        if (record->nfields)
            memcpy(more, record->fields, (size_t)record->nfields * sizeof *more);
        record->fields = more;
    }
    Field *f = &record->fields[record->nfields++];
    const char *name = take_quoted(p);
    f->name = *name ? name : NULL;
    expect(p, ":");
    f->type = take_type(p);
    if (accept_word(p, "at"))
        f->offset_bits = take_int(p);
    if (accept_word(p, "bits"))
        f->bit_width = take_count(p);
    f->is_const = accept_word(p, "const");
    end_line(p);
}

static void take_record_decl(Parser *p)
{
    expect(p, "<");
    Type *t = take_record(p);
    if (t->nfields || t->size)
        fail(p, "a record is declared twice");
    t->is_union = accept_word(p, "union");
    expect(p, "size");
    int64_t size = take_int(p);
    expect(p, "align");
    type_set_layout(t, size, take_int(p));
    expect(p, "{");
    end_line(p);
    int room = 0;
    while (!p->failed && !accept(p, "}"))
        take_field(p, t, &room);
    end_line(p);
}

static bool take_var_flag(Parser *p, Var *v)
{
    struct {
        const char *word;
        bool *flag;
    } flags[] = {{"param", &v->is_param},         {"global", &v->is_global},
                 {"static", &v->is_static},       {"extern", &v->is_extern},
                 {"const_object", &v->is_const},  {"volatile_object", &v->is_volatile},
                 {"restrict", &v->is_restrict},   {"atomic", &v->is_atomic},
                 {"thread", &v->is_thread},       {"inactive", &v->is_inactive},
                 {"array_param", &v->is_array_param}, {"dims_runtime", &v->dims_runtime}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (accept_word(p, flags[i].word))
            return *flags[i].flag = true;
    return false;
}

static void take_var_decl(Parser *p)
{
    Var *v = take_var(p);
    Ptrs dims = {.arena = p->program->arena};
    expect(p, ":");
    v->type = take_type(p);
    for (;;) {
        if (accept_word(p, "dim"))
            ptrs_push(&dims, take_quoted(p));
        else if (accept_word(p, "spelled"))
            v->spelled = take_quoted(p);
        else if (accept_word(p, "decl"))
            v->decl_text = take_quoted(p);
        else if (accept_word(p, "len"))
            v->len = take_quoted(p);
        else if (!take_var_flag(p, v))
            break;
    }
    v->ndims = (int)dims.n;
    v->dims = arena_alloc(p->program->arena, (dims.n + 1) * sizeof *v->dims);
    for (size_t i = 0; i < dims.n; i++)
        v->dims[i] = dims.at[i];
    v->loc = take_loc(p);
    end_line(p);
}

static void take_item(Parser *p)
{
    TopItem *item = arena_alloc(p->program->arena, sizeof *item);
    if (accept_word(p, "include"))
        item->kind = TOP_INCLUDE;
    else if (accept_word(p, "type"))
        item->kind = TOP_TYPE;
    else if (accept_word(p, "var"))
        item->kind = TOP_VAR;
    else if (accept_word(p, "function"))
        item->kind = TOP_FUNCTION;
    else
        fail(p, "unknown kind of item");
    item->in_main = accept_word(p, "main");
    if (accept_word(p, "name"))
        item->name = take_quoted(p);
    skip_blanks(p);
    if (peek(p) == '$')
        item->var = take_var(p);
    skip_blanks(p);
    if (peek(p) == '@')
        item->fn = take_fn(p);
    if (accept_word(p, "text"))
        item->text = take_quoted(p);
    item->loc = take_loc(p);
    ptrs_push(&p->program->items, item);
    end_line(p);
}

static void take_declaration(Parser *p, Ptrs *order)
{
    if (accept_word(p, "func"))
        take_function(p, order);
    else if (accept_word(p, "var"))
        take_var_decl(p);
    else if (accept_word(p, "record"))
        take_record_decl(p);
    else if (accept_word(p, "item"))
        take_item(p);
    else if (accept_word(p, "file"))
        take_file(p);
    else if (accept_word(p, "globals")) {
        take_var_list(p, &p->program->globals);
        end_line(p);
    } else if (accept_word(p, "std")) {
        p->program->std = take_quoted(p);
        end_line(p);
    } else if (accept_word(p, "input")) {
        ptrs_push(&p->program->files, take_quoted(p));
        end_line(p);
    } else
        fail(p, "expected a declaration");
}

Program *ir_parse(const char *text, const char *name)
{
    Arena *a = arena_new();
    size_t len = strlen(text);
    Parser p = {.at = text, .end = text + len, .line_start = text, .line = 1, .arena = a, .program = program_new()};
    p.file = diag_add_file(name, text, len);
    p.records.arena = p.vars.arena = p.fns.arena = p.values.arena = a;
    Ptrs order = {.arena = p.program->arena};
    for (skip_lines(&p); !p.failed && p.at < p.end; skip_lines(&p))
        take_declaration(&p, &order);
    if (!p.failed && order.n < p.program->fns.n)
        fail(&p, "a function that is mentioned is not declared");
    if (p.failed)
        program_free(p.program);
    else
        p.program->fns = order; /* mentions made functions before their declaration did */
    Program *result = p.failed ? NULL : p.program;
    arena_free(a);
    return result;
}
