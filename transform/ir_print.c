/* ir_print.c: the IR's text form, which ir_parse.c reads back.
 *
 *     std "c99"                                  what the source was parsed as
 *     file 0 "loss.c"                            what locations refer to
 *     record <struct P> size 16 align 8 {        every record type that is mentioned
 *       "x": double at 0
 *     }
 *     var $w: double const* param                every variable that is mentioned
 *     globals $table
 *     item include main "#include <math.h>" !0:1:1
 *     func @loss(%0:double const* $w, %1:int $n) -> double params($w, $n) locals($s) body !0:3:8 {
 *       %2:double $s = fconst 0x0p+0 // 0
 *       %3:int, %4:double $s = for %5, %1, %6, %2 cmp lt !0:5:5 {(%7:int $i, %8:double $s)
 *         yield %8
 *       }
 *       yield %4
 *     }
 *
 * An op: [^label] [results =] name operands attributes !file:line:column {regions}. Values, records, variables and functions are
 * numbered in the order of the text, so equal programs have equal text. A second variable of a name is `$name#number`.
 * Types are written in the order in which they derive: `double const*` points to const double, `double[4][3]` is three of double[4],
 * `double(int, ...)*` points to a function. */
#include "transform.h"

#include <ctype.h>
#include <string.h>

typedef struct {
    Ptrs list;    /* the things, in order of first mention */
    PtrMap keys;  /* thing -> char*: how it is written */
    StrMap names; /* names in use */
} Table;

typedef struct {
    Arena *arena; /* scratch */
    Table records, vars, fns;
    Ptrs files; /* int*: diag file indices, in order of mention */
    Str out;
    size_t *numbers; /* value id -> number + 1; NULL: print ids */
    PtrMap labels;   /* Op* that another op mirrors -> size_t* */
    bool one_line;   /* op_to_text */
} Printer;

static void table_init(Table *t, Arena *a)
{
    *t = (Table){.list.arena = a, .keys.arena = a, .names.arena = a};
}

/* How a thing is written: its name, with its number where an earlier thing has that name. */
static const char *table_key(Printer *p, Table *t, const void *thing, const char *name)
{
    const char *key = ptrmap_get(&t->keys, thing);
    if (key)
        return key;
    if (!name)
        name = "";
    bool taken = !*name || strmap_get(&t->names, name);
    char *fresh = taken ? arena_printf(p->arena, "%s#%zu", name, t->list.n) : arena_strdup(p->arena, name);
    strmap_put(&t->names, fresh, fresh);
    ptrmap_put(&t->keys, thing, fresh);
    ptrs_push(&t->list, (void *)(uintptr_t)thing);
    return fresh;
}

/* ---------------------------------------------------------------------- pieces */

static void put_quoted(Str *s, const char *text)
{
    str_put(s, "\"");
    for (const char *c = text; *c; c++) {
        if (*c == '\n')
            str_put(s, "\\n");
        else if (*c == '"' || *c == '\\')
            str_fmt(s, "\\%c", *c);
        else if (iscntrl((unsigned char)*c))
            str_fmt(s, "\\x%02x", (unsigned)(unsigned char)*c);
        else
            str_putn(s, c, 1);
    }
    str_put(s, "\"");
}

static void put_attr_text(Str *s, const char *keyword, const char *text)
{
    if (!text)
        return;
    str_fmt(s, " %s ", keyword);
    put_quoted(s, text);
}

static void put_line(Str *s, const char *keyword, const char *text)
{
    str_fmt(s, "%s ", keyword);
    put_quoted(s, text);
    str_put(s, "\n");
}

static void put_flag(Str *s, bool on, const char *keyword)
{
    if (on)
        str_fmt(s, " %s", keyword);
}

static void put_type(Printer *p, Str *s, const Type *t)
{
    switch (t->kind) {
    case TY_PTR:
    case TY_ARRAY:
        put_type(p, s, t->elem);
        str_put(s, t->elem_const ? " const" : "");
        str_put(s, t->elem_volatile ? " volatile" : "");
        if (t->kind == TY_PTR)
            str_put(s, "*");
        else if (t->count < 0)
            str_put(s, "[]");
        else
            str_fmt(s, "[%lld]", (long long)t->count);
        break;
    case TY_FUNC:
        put_type(p, s, t->ret);
        str_put(s, "(");
        for (int i = 0; i < t->nparams; i++) {
            str_put(s, i ? ", " : "");
            put_type(p, s, t->params[i]);
        }
        str_put(s, t->variadic ? (t->nparams ? ", ...)" : "...)") : ")");
        break;
    case TY_RECORD:
        str_fmt(s, "<%s>", table_key(p, &p->records, t, t->name));
        break;
    case TY_OPAQUE:
        str_put(s, "opaque ");
        put_quoted(s, t->name);
        break;
    default:
        str_put(s, t->name);
    }
}

static void put_loc(Printer *p, Str *s, Loc loc)
{
    if (loc.file < 0 || !diag_file_name(loc.file)) {
        if (loc.line > 0)
            str_fmt(s, " !-:%d:%d", loc.line, loc.col);
        return;
    }
    size_t i = 0;
    while (i < p->files.n && *(int *)p->files.at[i] != loc.file)
        i++;
    if (i == p->files.n) {
        int *file = arena_alloc(p->arena, sizeof *file);
        *file = loc.file;
        ptrs_push(&p->files, file);
    }
    str_fmt(s, " !%zu:%d:%d", i, loc.line, loc.col);
}

static void put_var(Printer *p, Str *s, const Var *v)
{
    str_fmt(s, "$%s", table_key(p, &p->vars, v, v->name));
}

static void put_fn(Printer *p, Str *s, const Fn *fn)
{
    str_fmt(s, "@%s", table_key(p, &p->fns, fn, fn->name));
}

static void put_value(Printer *p, Str *s, const Value *v)
{
    if (!v)
        str_put(s, "%?");
    else if (!p->numbers)
        str_fmt(s, "%%%d", v->id);
    else if (p->numbers[v->id])
        str_fmt(s, "%%%zu", p->numbers[v->id] - 1);
    else
        str_fmt(s, "%%?%d", v->id); /* not defined in this function: the verifier will say so */
}

static void put_values(Printer *p, Str *s, Value *const *values, int n)
{
    for (int i = 0; i < n; i++) {
        str_put(s, i ? ", " : "");
        put_value(p, s, values[i]);
    }
}

/* Defined values: `%5:double $x, %6:int`. */
static void put_definitions(Printer *p, Str *s, Value *const *values, int n)
{
    for (int i = 0; i < n; i++) {
        str_put(s, i ? ", " : "");
        put_value(p, s, values[i]);
        str_put(s, ":");
        if (values[i]->type)
            put_type(p, s, values[i]->type);
        else
            str_put(s, "?");
        if (values[i]->var) {
            str_put(s, " ");
            put_var(p, s, values[i]->var);
        }
    }
}

/* ---------------------------------------------------------------------- ops */

static void put_label(Printer *p, Str *s, const Op *op)
{
    const size_t *label = ptrmap_get(&p->labels, op);
    if (label)
        str_fmt(s, "^%zu", *label);
    else
        str_put(s, "^?");
}

static void put_loop_info(Str *s, const LoopInfo *loop)
{
    str_put(s, " loop(");
    str_put(s, loop->independent ? " independent" : "");
    if (loop->checkpoint)
        str_fmt(s, " checkpoint %d", loop->snapshots);
    put_attr_text(s, "omp", loop->omp);
    str_put(s, " )");
}

static void put_op_attrs(Printer *p, Str *s, const Op *op)
{
    if (op->ival || op->code == OP_ICONST || op->code == OP_FIELD)
        str_fmt(s, " #%lld", (long long)op->ival);
    if (op->code == OP_FCONST || op->fval != 0)
        str_fmt(s, " %La", op->fval);
    if (op->text) {
        str_put(s, " ");
        put_quoted(s, op->text);
    }
    if (op->of) {
        str_put(s, " of ");
        put_type(p, s, op->of);
    }
    if (op->var) {
        str_put(s, " ");
        put_var(p, s, op->var);
    }
    if (op->callee) {
        str_put(s, " ");
        put_fn(p, s, op->callee);
    }
    if (op->code == OP_FOR)
        str_fmt(s, " cmp %s", op_info[op->cmp].text);
    put_flag(s, op->reversed, "reversed");
    put_flag(s, op->zeroed, "zeroed");
    put_flag(s, op->tape, "tape");
    put_flag(s, op->is_static, "static");
    put_flag(s, op->guarded, "guarded");
    if (op->loop)
        put_loop_info(s, op->loop);
    if (op->mirror) {
        str_put(s, " mirror ");
        put_label(p, s, op->mirror);
    }
    put_attr_text(s, "note", op->note);
    put_loc(p, s, op->loc);
}

enum { DEEPEST_INDENT = 40 }; /* deeper nesting is printed at this depth, so that the text stays linear */

static void put_indent(Str *s, int depth)
{
    for (int i = 0; i < depth && i < DEEPEST_INDENT; i++)
        str_put(s, "  ");
}

static void put_op(Printer *p, Str *s, const Op *op, int depth);

static void put_region(Printer *p, Str *s, const Region *r, int depth)
{
    str_put(s, " {");
    if (r->nargs && r->owner) {
        str_put(s, "(");
        put_definitions(p, s, r->args, r->nargs);
        str_put(s, ")");
    }
    if (r->mirror) {
        str_put(s, " mirror ");
        if (r->mirror->owner) {
            put_label(p, s, r->mirror->owner);
            str_fmt(s, ".%d", r->mirror == r->mirror->owner->regions[0] ? 0 : 1);
        } else
            str_put(s, "^body");
    }
    str_put(s, "\n");
    for (const Op *op = r->first; op; op = op_next(op))
        put_op(p, s, op, depth + 1);
    put_indent(s, depth);
    str_put(s, "}");
}

static void put_op(Printer *p, Str *s, const Op *op, int depth)
{
    if (!p->one_line)
        put_indent(s, depth);
    if (ptrmap_get(&p->labels, op)) {
        put_label(p, s, op);
        str_put(s, " ");
    }
    put_definitions(p, s, op->results, op->nresults);
    str_put(s, op->nresults ? " = " : "");
    str_put(s, op_info[op->code].text);
    str_put(s, op->nargs ? " " : "");
    put_values(p, s, op->args, op->nargs);
    put_op_attrs(p, s, op);
    if (p->one_line)
        return;
    for (int i = 0; i < op->nregions; i++)
        put_region(p, s, op->regions[i], depth);
    if (op->code == OP_FCONST)
        str_fmt(s, " // %Lg", op->fval);
    str_put(s, "\n");
}

char *op_to_text(Arena *a, const Op *op)
{
    Printer p = {.arena = a, .labels.arena = a, .files.arena = a, .one_line = true};
    table_init(&p.records, a);
    table_init(&p.vars, a);
    table_init(&p.fns, a);
    Str s = {.arena = a};
    put_op(&p, &s, op, 0);
    return s.s;
}

/* ---------------------------------------------------------------------- functions */

typedef struct {
    Printer *p;
    size_t next_value;
} Numbering;

static void number_value(Numbering *n, const Value *v)
{
    n->p->numbers[v->id] = ++n->next_value;
}

static void want_label(Printer *p, const Op *op)
{
    if (ptrmap_get(&p->labels, op))
        return;
    size_t *label = arena_alloc(p->arena, sizeof *label);
    *label = p->labels.n;
    ptrmap_put(&p->labels, op, label);
}

static void number_op(Numbering *n, const Op *op)
{
    if (op->mirror)
        want_label(n->p, op->mirror);
    for (int i = 0; i < op->nresults; i++)
        number_value(n, op->results[i]);
    for (int k = 0; k < op->nregions; k++) {
        const Region *r = op->regions[k];
        if (r->mirror && r->mirror->owner)
            want_label(n->p, r->mirror->owner);
    }
}

/* Numbers all values in the order of the text. */
static void number_region(Numbering *n, const Region *r)
{
    for (int i = 0; i < r->nargs; i++)
        number_value(n, r->args[i]);
    for (const Op *op = r->first; op; op = op_next(op)) {
        number_op(n, op);
        for (int k = 0; k < op->nregions; k++)
            number_region(n, op->regions[k]);
    }
}

static void put_var_list(Printer *p, Str *s, const char *keyword, void *const *vars, size_t n)
{
    if (!n)
        return;
    str_fmt(s, "%s%s(", s->n && s->s[s->n - 1] != '\n' ? " " : "", keyword);
    for (size_t i = 0; i < n; i++) {
        str_put(s, i ? ", " : "");
        put_var(p, s, vars[i]);
    }
    str_put(s, ")");
}

static void put_fn_attrs(Printer *p, Str *s, const Fn *fn)
{
    Ptrs params = {.arena = p->arena};
    for (int i = 0; i < fn->nparams; i++)
        ptrs_push(&params, fn->params[i]);
    put_var_list(p, s, "params", params.at, params.n);
    put_var_list(p, s, "locals", fn->locals.at, fn->locals.n);
    put_flag(s, fn->sret, "sret");
    put_flag(s, fn->is_static, "static");
    put_flag(s, fn->is_inline, "inline");
    put_flag(s, fn->is_variadic, "variadic");
    put_flag(s, fn->noalias, "noalias");
    put_flag(s, fn->is_inactive, "inactive");
    const Fn *customs[2] = {fn->custom_vjp, fn->custom_jvp};
    for (int i = 0; i < 2; i++) {
        if (!customs[i])
            continue;
        str_put(s, i ? " custom_jvp " : " custom_vjp ");
        put_fn(p, s, customs[i]);
    }
    put_attr_text(s, "ret_spelled", fn->ret_spelled);
    put_attr_text(s, "comment", fn->comment);
    put_attr_text(s, "decl", fn->decl_text);
    put_attr_text(s, "def", fn->def_text);
    if (fn->unsupported.what) {
        put_attr_text(s, "unsupported", fn->unsupported.what);
        put_loc(p, s, fn->unsupported.loc);
    }
}

/* A function; of one that is only mentioned, the header. */
static void put_function(Printer *p, Str *s, const Fn *fn, bool with_body)
{
    with_body = with_body && fn->has_body;
    p->labels = (PtrMap){.arena = p->arena};
    p->numbers = arena_alloc(p->arena, (size_t)fn->nvalues * sizeof *p->numbers + 1);
    if (with_body)
        number_region(&(Numbering){.p = p}, fn->body);
    str_put(s, "func ");
    put_fn(p, s, fn);
    str_put(s, "(");
    if (with_body)
        put_definitions(p, s, fn->body->args, fn->body->nargs);
    str_put(s, ") -> ");
    put_type(p, s, fn->ret);
    put_fn_attrs(p, s, fn);
    put_flag(s, with_body, "body");
    put_loc(p, s, fn->loc);
    if (with_body)
        put_region(p, s, fn->body, 0);
    str_put(s, "\n");
}

/* ---------------------------------------------------------------------- what comes before the functions */

static void put_record(Printer *p, Str *s, const Type *t)
{
    str_put(s, "record ");
    put_type(p, s, t);
    put_flag(s, t->is_union, "union");
    str_fmt(s, " size %lld align %lld {\n", (long long)t->size, (long long)t->align);
    for (int i = 0; i < t->nfields; i++) {
        const Field *f = &t->fields[i];
        str_put(s, "  ");
        put_quoted(s, f->name ? f->name : "");
        str_put(s, ": ");
        put_type(p, s, f->type);
        str_fmt(s, " at %lld", (long long)f->offset_bits);
        if (f->bit_width)
            str_fmt(s, " bits %d", f->bit_width);
        put_flag(s, f->is_const, "const");
        str_put(s, "\n");
    }
    str_put(s, "}\n");
}

static void put_var_decl(Printer *p, Str *s, const Var *v)
{
    str_put(s, "var ");
    put_var(p, s, v);
    str_put(s, ": ");
    put_type(p, s, v->type);
    put_flag(s, v->is_param, "param");
    put_flag(s, v->is_global, "global");
    put_flag(s, v->is_static, "static");
    put_flag(s, v->is_extern, "extern");
    put_flag(s, v->is_const, "const_object"); /* `const` after a type would start a derived type */
    put_flag(s, v->is_volatile, "volatile_object");
    put_flag(s, v->is_restrict, "restrict");
    put_flag(s, v->is_atomic, "atomic");
    put_flag(s, v->is_thread, "thread");
    put_flag(s, v->is_inactive, "inactive");
    put_flag(s, v->is_array_param, "array_param");
    for (int i = 0; i < v->ndims; i++)
        put_attr_text(s, "dim", v->dims[i] ? v->dims[i] : "");
    put_flag(s, v->dims_runtime, "dims_runtime");
    put_attr_text(s, "spelled", v->spelled);
    put_attr_text(s, "decl", v->decl_text);
    put_attr_text(s, "len", v->len);
    put_loc(p, s, v->loc);
    str_put(s, "\n");
}

static void put_item(Printer *p, Str *s, const TopItem *item)
{
    static const char *const kinds[] = {
        [TOP_INCLUDE] = "include", [TOP_TYPE] = "type", [TOP_VAR] = "var", [TOP_FUNCTION] = "function"};
    str_fmt(s, "item %s", kinds[item->kind]);
    put_flag(s, item->in_main, "main");
    put_attr_text(s, "name", item->name);
    if (item->var) {
        str_put(s, " ");
        put_var(p, s, item->var);
    }
    if (item->fn) {
        str_put(s, " ");
        put_fn(p, s, item->fn);
    }
    put_attr_text(s, "text", item->text);
    put_loc(p, s, item->loc);
    str_put(s, "\n");
}

static void printer_init(Printer *p)
{
    *p = (Printer){.arena = arena_new()};
    p->files.arena = p->out.arena = p->labels.arena = p->arena;
    table_init(&p->records, p->arena);
    table_init(&p->vars, p->arena);
    table_init(&p->fns, p->arena);
}

/* Writes the declarations of everything that was mentioned, then `body`. Declarations may mention more. */
static void finish(Printer *p, FILE *out, Str *body, size_t fns_done)
{
    Str vars = {.arena = p->arena}, records = {.arena = p->arena}, files = {.arena = p->arena};
    for (; fns_done < p->fns.list.n; fns_done++)
        put_function(p, body, p->fns.list.at[fns_done], false);
    for (size_t i = 0; i < p->vars.list.n; i++)
        put_var_decl(p, &vars, p->vars.list.at[i]);
    for (size_t i = 0; i < p->records.list.n; i++)
        put_record(p, &records, p->records.list.at[i]);
    for (size_t i = 0; i < p->files.n; i++)
        put_line(&files, arena_printf(p->arena, "file %zu", i), diag_file_name(*(int *)p->files.at[i]));
    const Str *parts[] = {&files, &records, &vars, body};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        fwrite(parts[i]->s ? parts[i]->s : "", 1, parts[i]->n, out);
    arena_free(p->arena);
}

void ir_print_fn(FILE *out, const Fn *fn)
{
    Printer p;
    printer_init(&p);
    Str body = {.arena = p.arena};
    put_function(&p, &body, fn, true);
    finish(&p, out, &body, 1);
}

void ir_print(FILE *out, Program *program)
{
    Printer p;
    printer_init(&p);
    Str head = {.arena = p.arena}, body = {.arena = p.arena};
    if (program->std)
        put_line(&head, "std", program->std);
    for (size_t i = 0; i < program->files.n; i++)
        put_line(&head, "input", program->files.at[i]);
    fwrite(head.s ? head.s : "", 1, head.n, out);
    for (size_t i = 0; i < program->fns.n; i++)
        table_key(&p, &p.fns, program->fns.at[i], ((Fn *)program->fns.at[i])->name);
    size_t listed = p.fns.list.n;
    if (program->globals.n) {
        put_var_list(&p, &body, "globals", program->globals.at, program->globals.n);
        str_put(&body, "\n");
    }
    for (size_t i = 0; i < program->items.n; i++)
        put_item(&p, &body, program->items.at[i]);
    for (size_t i = 0; i < listed; i++)
        put_function(&p, &body, p.fns.list.at[i], true);
    finish(&p, out, &body, listed);
}
