/* ir_read.c: the pieces of the IR's text form: characters, numbers, strings, names, types. */
#include "ir_read.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------- characters */

void ir_fail(IrReader *p, const char *what)
{
    if (!p->failed)
        diag_error((Loc){p->file, p->line, (int)(p->at - p->line_start) + 1}, "%s", what);
    p->failed = true;
    p->at = p->end;
}

char ir_peek(const IrReader *p)
{
    return p->at < p->end ? *p->at : '\0';
}

void ir_skip_blanks(IrReader *p)
{
    while (ir_peek(p) == ' ' || ir_peek(p) == '\t' || ir_peek(p) == '\r')
        p->at++;
    if (p->end - p->at >= 2 && p->at[0] == '/' && p->at[1] == '/')
        while (p->at < p->end && *p->at != '\n')
            p->at++;
}

void ir_skip_lines(IrReader *p)
{
    for (ir_skip_blanks(p); ir_peek(p) == '\n'; ir_skip_blanks(p)) {
        p->line_start = ++p->at;
        p->line++;
    }
}

bool ir_accept(IrReader *p, const char *token)
{
    ir_skip_blanks(p);
    size_t n = strlen(token);
    if ((size_t)(p->end - p->at) < n || memcmp(p->at, token, n) != 0)
        return false;
    p->at += n;
    return true;
}

void ir_expect(IrReader *p, const char *token)
{
    if (!ir_accept(p, token))
        ir_fail(p, arena_printf(p->arena, "expected '%s'", token));
}

bool ir_is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

bool ir_accept_word(IrReader *p, const char *word)
{
    ir_skip_blanks(p);
    size_t n = strlen(word);
    if ((size_t)(p->end - p->at) < n || memcmp(p->at, word, n) != 0 || (p->at + n < p->end && ir_is_word(p->at[n])))
        return false;
    p->at += n;
    return true;
}

/* A run of word characters and those in `more`; may be empty. */
char *ir_take_word(IrReader *p, const char *more)
{
    const char *start = p->at;
    while (p->at < p->end && (ir_is_word(*p->at) || (*p->at && strchr(more, *p->at))))
        p->at++;
    return arena_strndup(p->arena, start, (size_t)(p->at - start));
}

long long ir_take_int(IrReader *p)
{
    ir_skip_blanks(p);
    if (!isdigit((unsigned char)ir_peek(p)) && ir_peek(p) != '-') {
        ir_fail(p, "expected a number");
        return 0;
    }
    char *stop;
    errno = 0;
    long long v = strtoll(p->at, &stop, 10);
    if (stop == p->at || errno)
        ir_fail(p, "bad number");
    else
        p->at = stop;
    return v;
}

int ir_take_count(IrReader *p)
{
    long long v = ir_take_int(p);
    if (v < 0 || v > 50000000)
        ir_fail(p, "number out of range");
    return p->failed ? 0 : (int)v;
}

static void take_escape(IrReader *p, Str *s)
{
    char c = ir_peek(p);
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
char *ir_take_quoted(IrReader *p)
{
    ir_expect(p, "\"");
    Str s = {.arena = p->program->arena};
    str_put(&s, "");
    while (p->at < p->end && *p->at != '"' && *p->at != '\n') {
        if (*p->at == '\\') {
            p->at++;
            take_escape(p, &s);
        } else
            str_putn(&s, p->at++, 1);
    }
    ir_expect(p, "\"");
    return s.s;
}

Loc ir_take_loc(IrReader *p)
{
    Loc loc = {.file = -1};
    if (!ir_accept(p, "!"))
        return loc;
    if (!ir_accept(p, "-")) {
        int n = ir_take_count(p);
        if (n < p->nfiles)
            loc.file = p->files[n];
        else
            ir_fail(p, "no such file");
    }
    ir_expect(p, ":");
    loc.line = ir_take_count(p);
    ir_expect(p, ":");
    loc.col = ir_take_count(p);
    return loc;
}

void ir_end_line(IrReader *p)
{
    ir_skip_blanks(p);
    if (p->at < p->end && ir_peek(p) != '\n')
        ir_fail(p, "expected the end of the line");
    ir_skip_lines(p);
}

/* ---------------------------------------------------------------------- names */

/* The name in a key: `x#12` -> `x`. */
static char *key_name(IrReader *p, const char *key)
{
    const char *hash = strrchr(key, '#');
    return arena_strndup(p->program->arena, key, hash ? (size_t)(hash - key) : strlen(key));
}

Type *ir_take_record(IrReader *p)
{
    const char *start = p->at;
    while (p->at < p->end && *p->at != '>' && *p->at != '\n')
        p->at++;
    char *key = arena_strndup(p->arena, start, (size_t)(p->at - start));
    ir_expect(p, ">");
    Type *t = strmap_get(&p->records, key);
    if (!t) {
        t = type_record(key_name(p, key), false);
        strmap_put(&p->records, key, t);
    }
    return t;
}

Var *ir_take_var(IrReader *p)
{
    ir_expect(p, "$");
    char *key = ir_take_word(p, "#.");
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

Fn *ir_take_fn(IrReader *p)
{
    ir_expect(p, "@");
    char *key = ir_take_word(p, "#.");
    Fn *fn = strmap_get(&p->fns, key);
    if (!fn) {
        fn = fn_new(p->program, key_name(p, key));
        strmap_put(&p->fns, key, fn);
    }
    return fn;
}

/* ---------------------------------------------------------------------- types */

/* The scalar type with the longest spelling that comes next: `long double` before `long`. */
static Type *take_base_type(IrReader *p)
{
    ir_skip_blanks(p);
    if (ir_accept(p, "<"))
        return ir_take_record(p);
    if (ir_accept_word(p, "opaque"))
        return type_opaque(ir_take_quoted(p));
    if (ir_accept_word(p, "void"))
        return type_void();
    Type *best = NULL;
    const char *start = p->at, *stop = start;
    for (int k = 0; k < TY_VOID; k++) {
        Type *t = type_scalar((TypeKind)k);
        p->at = start;
        if (ir_accept_word(p, t->name) && p->at > stop) {
            stop = p->at;
            best = t;
        }
    }
    p->at = stop;
    if (!best) {
        ir_fail(p, "expected a type");
        best = type_scalar(TY_INT);
    }
    return best;
}

static Type *take_func_type(IrReader *p, Type *ret)
{
    Ptrs params = {.arena = p->arena};
    bool variadic = false;
    while (!p->failed && !ir_accept(p, ")")) {
        if (ir_accept(p, "..."))
            variadic = true;
        else
            ptrs_push(&params, ir_take_type(p));
        if (!ir_accept(p, ","))
            ir_skip_blanks(p);
    }
    return type_func(ret, (Type **)params.at, (int)params.n, variadic);
}

Type *ir_take_type(IrReader *p)
{
    Type *t = take_base_type(p);
    while (!p->failed) {
        const char *start = p->at;
        bool is_const = ir_accept_word(p, "const"), is_volatile = ir_accept_word(p, "volatile");
        if (ir_accept(p, "*"))
            t = type_ptr_q(t, is_const, is_volatile);
        else if (ir_accept(p, "[")) {
            ir_skip_blanks(p);
            t = type_array_q(t, ir_peek(p) == ']' ? -1 : ir_take_int(p), is_const, is_volatile);
            ir_expect(p, "]");
        } else if (p->at == start && ir_peek(p) == '(') { /* a blank before it: not a part of the type */
            p->at++;
            t = take_func_type(p, t);
        } else {
            p->at = start;
            break;
        }
    }
    return t;
}
