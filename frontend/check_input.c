/* check_input.c: --input FILE.json: the arguments of a check from a file, as what --set and --len would say.
 *
 *     {"n": 3, "w": [0.1, 0.2, 0.3], "s": {"rate": 0.5}}   ->   n=3, w[i]=ad_ck_input(ad_ck_input0, 3, i, "w"), s.rate=0.5
 *
 * Arrays of arrays are read row by row; of objects, field by field. */
#include "frontend.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The numbers of an array, flattened; for arrays of objects one list for each field. */
typedef struct {
    const char *path;
    Str numbers;
    long n;
} Column;

typedef struct {
    Arena *arena;
    CheckOptions *opt;
    const char *file, *text, *at;
    const char *error;
    Ptrs columns; /* Column*: of the array being read; its elements are numbers, arrays or objects */
    int depth;
} Input;

enum { MAX_INPUT_DEPTH = 64 };

static void read_value(Input *in, const char *path, bool inside_array);

static bool fails(Input *in, const char *what)
{
    if (!in->error)
        in->error = what;
    return false;
}

static char next(Input *in)
{
    in->at += strspn(in->at, " \t\r\n");
    return *in->at;
}

static bool expect(Input *in, char c)
{
    if (next(in) != c)
        return fails(in, arena_printf(in->arena, "'%c' is expected", c));
    in->at++;
    return true;
}

static const char *read_string(Input *in)
{
    if (!expect(in, '"'))
        return "";
    const char *from = in->at;
    while (*in->at && *in->at != '"')
        in->at += *in->at == '\\' && in->at[1] ? 2 : 1;
    char *s = arena_strndup(in->arena, from, (size_t)(in->at - from));
    expect(in, '"');
    return s;
}

/* A JSON number is a C constant too. */
static const char *read_number(Input *in)
{
    char *end;
    next(in);
    if (*in->at != '-' && !isdigit((unsigned char)*in->at)) {
        fails(in, "a number is expected");
        return "0";
    }
    strtod(in->at, &end);
    char *s = arena_strndup(in->arena, in->at, (size_t)(end - in->at));
    in->at = end;
    return s;
}

static void say(Input *in, Ptrs *list, const char *path, const char *value)
{
    ptrs_push(list, arena_printf(in->arena, "%s=%s", path, value));
}

static void put_in_column(Input *in, const char *path, const char *number)
{
    Column *c = NULL;
    for (size_t i = 0; i < in->columns.n && !c; i++)
        if (!strcmp(((Column *)in->columns.at[i])->path, path))
            c = in->columns.at[i];
    if (!c) {
        c = arena_alloc(in->arena, sizeof *c);
        *c = (Column){.path = path, .numbers = {.arena = in->arena}};
        ptrs_push(&in->columns, c);
    }
    str_fmt(&c->numbers, "%s%s", c->n++ ? ", " : "", number);
}

static void read_object(Input *in, const char *path, bool inside_array)
{
    expect(in, '{');
    for (bool first = true; !in->error && next(in) != '}'; first = false) {
        if (!first && !expect(in, ','))
            return;
        const char *key = read_string(in);
        if (!expect(in, ':'))
            return;
        read_value(in, *path ? arena_printf(in->arena, "%s.%s", path, key) : key, inside_array);
    }
    expect(in, '}');
}

static long read_elements(Input *in, const char *path)
{
    long n = 0;
    expect(in, '[');
    for (; !in->error && next(in) != ']'; n++) {
        if (n && !expect(in, ','))
            break;
        read_value(in, path, true);
    }
    expect(in, ']');
    return n;
}

/* An array that is in no other: its columns become tables in the program. */
static void read_array(Input *in, const char *path)
{
    in->columns = (Ptrs){.arena = in->arena};
    long n = read_elements(in, path);
    say(in, &in->opt->input_len, path, arena_printf(in->arena, "%ld", n));
    for (size_t i = 0; i < in->columns.n; i++) {
        const Column *c = in->columns.at[i];
        size_t k = in->opt->tables.n;
        ptrs_push(&in->opt->tables, arena_printf(in->arena, "static const double ad_ck_input%zu[] = {%s};\n", k, c->numbers.s));
        say(in, &in->opt->input, arena_printf(in->arena, "%s[i]", c->path),
            arena_printf(in->arena, "ad_ck_input(ad_ck_input%zu, %ld, i, \"%s\")", k, c->n, c->path));
    }
}

static void read_value(Input *in, const char *path, bool inside_array)
{
    static const char *const words[][2] = {{"true", "1"}, {"false", "0"}, {"null", "NULL"}};
    char c = next(in);
    if (++in->depth > MAX_INPUT_DEPTH) {
        fails(in, "too deep");
    } else if (c == '{') {
        read_object(in, path, inside_array);
    } else if (c == '[' && inside_array) {
        read_elements(in, path);
    } else if (c == '[') {
        read_array(in, path);
    } else if (c == '"') {
        const char *s = read_string(in);
        if (inside_array)
            fails(in, "strings in arrays are not understood");
        else
            say(in, &in->opt->input, path, arena_printf(in->arena, "\"%s\"", s));
    } else {
        const char *value = NULL;
        for (size_t i = 0; i < sizeof words / sizeof *words && !value; i++)
            if (!strncmp(in->at, words[i][0], strlen(words[i][0])) && (i < 2 || !inside_array)) {
                value = words[i][1];
                in->at += strlen(words[i][0]);
            }
        if (!value)
            value = read_number(in);
        if (inside_array)
            put_in_column(in, path, value);
        else
            say(in, &in->opt->input, path, value);
    }
    in->depth--;
}

static const char *whole_file(Arena *a, const char *file)
{
    FILE *f = fopen(file, "r");
    if (!f)
        return NULL;
    Str s = {.arena = a};
    char buf[4096];
    str_put(&s, "");
    for (size_t n; (n = fread(buf, 1, sizeof buf, f)) > 0;)
        str_putn(&s, buf, n);
    fclose(f);
    return s.s;
}

bool check_input_read(Arena *a, CheckOptions *opt, const char *file)
{
    Input in = {.arena = a, .opt = opt, .file = file, .text = whole_file(a, file)};
    if (!in.text) {
        diag_error((Loc){.file = -1}, "cannot read '%s'", file);
        return false;
    }
    in.at = in.text;
    if (next(&in) != '{')
        fails(&in, "an object with the arguments' names is expected");
    else
        read_object(&in, "", false);
    if (!in.error && next(&in))
        fails(&in, "nothing is expected after the object");
    if (in.error) {
        int line = 1;
        for (const char *p = in.text; p < in.at; p++)
            line += *p == '\n';
        diag_error((Loc){.file = -1}, "%s:%d: %s", file, line, in.error);
    }
    return !in.error;
}

bool check_says(const CheckOptions *opt)
{
    return opt->set.n || opt->range.n || opt->len.n || opt->files.n;
}

/* A misspelt name would leave the check with other values than those that were meant. */
static void warn_of_unused(const CheckOptions *opt, const Ptrs *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++) {
        const char *said = list->at[i], *value = strchr(said, '=') + 1;
        if (!ptrs_has(opt->used, value))
            diag_warning((Loc){.file = -1}, "unused-option", "--%s %s has no effect: no argument that is made has this name", name, said);
    }
}

bool check_input_used(const CheckOptions *opt)
{
    bool all = true;
    warn_of_unused(opt, &opt->set, "set");
    warn_of_unused(opt, &opt->range, "range");
    warn_of_unused(opt, &opt->len, "len");
    for (size_t i = 0; i < opt->input.n; i++) {
        const char *said = opt->input.at[i], *value = strchr(said, '=') + 1;
        if (ptrs_has(opt->used, value))
            continue;
        diag_error((Loc){.file = -1}, "--input: no argument '%.*s' takes a value from a file", (int)strcspn(said, "=["), said);
        all = false;
    }
    return all;
}
