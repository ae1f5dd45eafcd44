/* ir_parse.c: reads the text form that ir_print.c writes (its form is described there).
 *
 * Lines matter: a declaration or op ends at its line's end, but for the regions that follow it. After an error the parts that are
 * still built are thrown away with the program. */
#include "ir_read.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------- values and ops */

static Value *take_value(IrReader *p)
{
    ir_expect(p, "%");
    size_t n = (size_t)ir_take_count(p);
    if (p->failed)
        return NULL;
    if (n >= p->values.n || !p->values.at[n]) {
        ir_fail(p, "a value is used before its definition");
        return NULL;
    }
    return p->values.at[n];
}

typedef struct {
    size_t number;
    Type *type;
    Var *var;
} Definition;

static Definition take_definition(IrReader *p)
{
    ir_expect(p, "%");
    Definition d = {.number = (size_t)ir_take_count(p)};
    ir_expect(p, ":");
    d.type = ir_take_type(p);
    ir_skip_blanks(p);
    if (ir_peek(p) == '$')
        d.var = ir_take_var(p);
    return d;
}

static void define(IrReader *p, size_t number, Value *v)
{
    while (p->values.n <= number)
        ptrs_push(&p->values, NULL);
    if (p->values.at[number])
        ir_fail(p, "a value is defined twice");
    else
        p->values.at[number] = v;
}

static OpCode take_opcode(IrReader *p)
{
    ir_skip_blanks(p);
    const char *start = p->at;
    char *word = ir_take_word(p, "");
    for (int code = 0; code < OP_COUNT; code++)
        if (!strcmp(op_info[code].text, word))
            return (OpCode)code;
    p->at = start;
    ir_fail(p, arena_printf(p->arena, "'%s' is no op", word));
    return OP_UNDEF;
}

/* Labels are few: a map from small numbers, as offsets into nothing that is ever read. */
static const void *label_key(int number)
{
    return (const void *)((uintptr_t)number + 1);
}

static Op *take_label(IrReader *p)
{
    Op *op = ptrmap_get(&p->labels, label_key(ir_take_count(p)));
    if (!op)
        ir_fail(p, "no such label");
    return op;
}

static LoopInfo *take_loop_info(IrReader *p)
{
    LoopInfo *loop = arena_alloc(p->program->arena, sizeof *loop);
    ir_expect(p, "(");
    while (!p->failed && !ir_accept(p, ")")) {
        if (ir_accept_word(p, "independent"))
            loop->independent = true;
        else if (ir_accept_word(p, "checkpoint")) {
            loop->checkpoint = true;
            loop->snapshots = ir_take_count(p);
        } else if (ir_accept_word(p, "omp"))
            loop->omp = ir_take_quoted(p);
        else
            ir_fail(p, "unknown loop attribute");
    }
    return loop;
}

static bool take_word_attr(IrReader *p, Op *op)
{
    if (ir_accept_word(p, "of"))
        op->of = ir_take_type(p);
    else if (ir_accept_word(p, "cmp"))
        op->cmp = take_opcode(p);
    else if (ir_accept_word(p, "reversed"))
        op->reversed = true;
    else if (ir_accept_word(p, "zeroed"))
        op->zeroed = true;
    else if (ir_accept_word(p, "tape"))
        op->tape = true;
    else if (ir_accept_word(p, "static"))
        op->is_static = true;
    else if (ir_accept_word(p, "guarded"))
        op->guarded = true;
    else if (ir_accept_word(p, "guarded"))
        op->guarded = true;
    else if (ir_accept_word(p, "loop"))
        op->loop = take_loop_info(p);
    else if (ir_accept_word(p, "note"))
        op->note = ir_take_quoted(p);
    else if (ir_accept_word(p, "mirror")) {
        ir_expect(p, "^");
        op->mirror = take_label(p);
    } else
        return false;
    return true;
}

static bool take_float(IrReader *p, Op *op)
{
    char c = p->at[0] == '-' && p->at + 1 < p->end ? p->at[1] : p->at[0];
    if (!isdigit((unsigned char)c) && c != 'i' && c != 'n')
        return false;
    char *stop;
    long double v = strtold(p->at, &stop);
    if (stop == p->at || (stop < p->end && ir_is_word(*stop)))
        return false;
    op->fval = v;
    p->at = stop;
    return true;
}

static void take_attrs(IrReader *p, Op *op)
{
    for (ir_skip_blanks(p); p->at < p->end && *p->at != '\n' && *p->at != '!' && *p->at != '{'; ir_skip_blanks(p)) {
        switch (*p->at) {
        case '#':
            p->at++;
            op->ival = ir_take_int(p);
            break;
        case '"':
            op->text = ir_take_quoted(p);
            break;
        case '$':
            op->var = ir_take_var(p);
            break;
        case '@':
            op->callee = ir_take_fn(p);
            break;
        default:
            if (!take_word_attr(p, op) && !take_float(p, op))
                ir_fail(p, "unknown attribute");
        }
    }
}

static void take_region(IrReader *p, Region *r);

static void take_regions(IrReader *p, Op *op)
{
    ir_skip_blanks(p);
    while (!p->failed && ir_peek(p) == '{') {
        if (op->nregions == 2) {
            ir_fail(p, "too many regions");
            break;
        }
        op_add_region(op);
        take_region(p, op->regions[op->nregions - 1]);
        ir_skip_blanks(p);
    }
}

static Op *build_parsed(IrReader *p, Region *r, OpCode code, const Ptrs *args, const Definition *defs, int ndefs)
{
    Builder b = at_end(r);
    Op *op = op_build(&b, code, (Value **)args->at, (int)args->n, 0);
    op->loc = (Loc){.file = -1};
    for (int i = 0; i < ndefs; i++)
        define(p, defs[i].number, op_add_result(op, defs[i].type, defs[i].var));
    return op;
}

static void take_op(IrReader *p, Region *r)
{
    int label = -1;
    if (ir_accept(p, "^"))
        label = ir_take_count(p);
    Definition *defs = NULL;
    int ndefs = 0, room = 0;
    ir_skip_blanks(p);
    if (ir_peek(p) == '%') {
        do {
            if (ndefs == room) {
                Definition *more = arena_alloc(p->arena, (size_t)(room = room * 2 + 2) * sizeof *more);
                if (ndefs)
                    memcpy(more, defs, (size_t)ndefs * sizeof *more);
                defs = more;
            }
            defs[ndefs++] = take_definition(p);
        } while (!p->failed && ir_accept(p, ","));
        ir_expect(p, "=");
    }
    OpCode code = take_opcode(p);
    Ptrs args = {.arena = p->arena};
    ir_skip_blanks(p);
    if (ir_peek(p) == '%')
        do
            ptrs_push(&args, take_value(p));
        while (!p->failed && ir_accept(p, ","));
    if (p->failed)
        return;
    Op *op = build_parsed(p, r, code, &args, defs, ndefs);
    if (label >= 0)
        ptrmap_put(&p->labels, label_key(label), op);
    take_attrs(p, op);
    op->loc = ir_take_loc(p);
    take_regions(p, op);
    ir_end_line(p);
}

static void take_region_mirror(IrReader *p, Region *r)
{
    ir_expect(p, "^");
    if (ir_accept_word(p, "body")) {
        r->mirror = p->fn->body;
        return;
    }
    Op *op = take_label(p);
    ir_expect(p, ".");
    int k = ir_take_count(p);
    if (!p->failed && k < op->nregions)
        r->mirror = op->regions[k];
    else
        ir_fail(p, "no such region");
}

static void take_region(IrReader *p, Region *r)
{
    ir_expect(p, "{");
    if (ir_accept(p, "(") && !ir_accept(p, ")")) {
        do {
            Definition d = take_definition(p);
            define(p, d.number, region_add_arg(r, d.type, d.var));
        } while (!p->failed && ir_accept(p, ","));
        ir_expect(p, ")");
    }
    if (ir_accept_word(p, "mirror"))
        take_region_mirror(p, r);
    ir_end_line(p);
    while (!p->failed && !ir_accept(p, "}")) {
        if (p->at == p->end)
            ir_fail(p, "expected '}'");
        else
            take_op(p, r);
    }
}

/* ---------------------------------------------------------------------- functions */

static void take_var_list(IrReader *p, Ptrs *to)
{
    ir_expect(p, "(");
    if (ir_accept(p, ")"))
        return;
    do
        ptrs_push(to, ir_take_var(p));
    while (!p->failed && ir_accept(p, ","));
    ir_expect(p, ")");
}

static bool take_fn_flag(IrReader *p, Fn *fn)
{
    struct {
        const char *word;
        bool *flag;
    } flags[] = {
        {"sret", &fn->sret},       {"static", &fn->is_static},     {"inline", &fn->is_inline}, {"variadic", &fn->is_variadic},
        {"noalias", &fn->noalias}, {"inactive", &fn->is_inactive}, {"body", &fn->has_body}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (ir_accept_word(p, flags[i].word))
            return *flags[i].flag = true;
    return false;
}

static bool take_fn_text(IrReader *p, Fn *fn)
{
    struct {
        const char *word;
        const char **text;
    } texts[] = {{"ret_spelled", &fn->ret_spelled}, {"comment", &fn->comment}, {"decl", &fn->decl_text}, {"def", &fn->def_text}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (ir_accept_word(p, texts[i].word)) {
            *texts[i].text = ir_take_quoted(p);
            return true;
        }
    return false;
}

static void take_fn_attrs(IrReader *p, Fn *fn)
{
    Ptrs params = {.arena = p->program->arena};
    for (;;) {
        if (ir_accept_word(p, "params"))
            take_var_list(p, &params);
        else if (ir_accept_word(p, "locals"))
            take_var_list(p, &fn->locals);
        else if (ir_accept_word(p, "custom_vjp"))
            fn->custom_vjp = ir_take_fn(p);
        else if (ir_accept_word(p, "custom_jvp"))
            fn->custom_jvp = ir_take_fn(p);
        else if (ir_accept_word(p, "unsupported")) {
            fn->unsupported.what = ir_take_quoted(p);
            fn->unsupported.loc = ir_take_loc(p);
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

static void take_function(IrReader *p, Ptrs *order)
{
    Fn *fn = ir_take_fn(p);
    ptrs_push(order, fn);
    p->fn = fn;
    p->values.n = 0;
    p->labels = (PtrMap){.arena = p->arena};
    if (fn->body->first || fn->has_body)
        ir_fail(p, "a function is defined twice");
    ir_expect(p, "(");
    if (!ir_accept(p, ")")) {
        do {
            Definition d = take_definition(p);
            define(p, d.number, region_add_arg(fn->body, d.type, d.var));
        } while (!p->failed && ir_accept(p, ","));
        ir_expect(p, ")");
    }
    ir_expect(p, "->");
    fn->ret = ir_take_type(p);
    take_fn_attrs(p, fn);
    fn->loc = ir_take_loc(p);
    ir_skip_blanks(p);
    if (fn->has_body)
        take_region(p, fn->body);
    ir_end_line(p);
}

/* ---------------------------------------------------------------------- declarations */

static void take_file(IrReader *p)
{
    int n = ir_take_count(p);
    const char *name = ir_take_quoted(p);
    if (n != p->nfiles)
        ir_fail(p, "files are numbered in order");
    int *files = arena_alloc(p->arena, (size_t)(p->nfiles + 1) * sizeof *files);
    if (p->nfiles)
        memcpy(files, p->files, (size_t)p->nfiles * sizeof *files);
    files[p->nfiles++] = diag_add_file(name, NULL, 0);
    p->files = files;
    ir_end_line(p);
}

static void take_field(IrReader *p, Type *record, int *room)
{
    if (record->nfields == *room) {
        *room = *room * 2 + 4;
        Field *more = arena_alloc(p->program->arena, (size_t)*room * sizeof *more);
        if (record->nfields)
            memcpy(more, record->fields, (size_t)record->nfields * sizeof *more);
        record->fields = more;
    }
    Field *f = &record->fields[record->nfields++];
    const char *name = ir_take_quoted(p);
    f->name = *name ? name : NULL;
    ir_expect(p, ":");
    f->type = ir_take_type(p);
    if (ir_accept_word(p, "at"))
        f->offset_bits = ir_take_int(p);
    if (ir_accept_word(p, "bits"))
        f->bit_width = ir_take_count(p);
    f->is_const = ir_accept_word(p, "const");
    ir_end_line(p);
}

static void take_record_decl(IrReader *p)
{
    ir_expect(p, "<");
    Type *t = ir_take_record(p);
    if (t->nfields || t->size)
        ir_fail(p, "a record is declared twice");
    t->is_union = ir_accept_word(p, "union");
    ir_expect(p, "size");
    int64_t size = ir_take_int(p);
    ir_expect(p, "align");
    type_set_layout(t, size, ir_take_int(p));
    ir_expect(p, "{");
    ir_end_line(p);
    int room = 0;
    while (!p->failed && !ir_accept(p, "}"))
        take_field(p, t, &room);
    ir_end_line(p);
}

static bool take_var_flag(IrReader *p, Var *v)
{
    struct {
        const char *word;
        bool *flag;
    } flags[] = {{"param", &v->is_param},       {"global", &v->is_global},           {"static", &v->is_static},
                 {"extern", &v->is_extern},     {"const_object", &v->is_const},      {"volatile_object", &v->is_volatile},
                 {"restrict", &v->is_restrict}, {"atomic", &v->is_atomic},           {"thread", &v->is_thread},
                 {"inactive", &v->is_inactive}, {"array_param", &v->is_array_param}, {"dims_runtime", &v->dims_runtime}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (ir_accept_word(p, flags[i].word))
            return *flags[i].flag = true;
    return false;
}

static void take_var_decl(IrReader *p)
{
    Var *v = ir_take_var(p);
    Ptrs dims = {.arena = p->program->arena};
    ir_expect(p, ":");
    v->type = ir_take_type(p);
    for (;;) {
        if (ir_accept_word(p, "dim"))
            ptrs_push(&dims, ir_take_quoted(p));
        else if (ir_accept_word(p, "spelled"))
            v->spelled = ir_take_quoted(p);
        else if (ir_accept_word(p, "decl"))
            v->decl_text = ir_take_quoted(p);
        else if (ir_accept_word(p, "len"))
            v->len = ir_take_quoted(p);
        else if (!take_var_flag(p, v))
            break;
    }
    v->ndims = (int)dims.n;
    v->dims = arena_alloc(p->program->arena, (dims.n + 1) * sizeof *v->dims);
    for (size_t i = 0; i < dims.n; i++)
        v->dims[i] = dims.at[i];
    v->loc = ir_take_loc(p);
    ir_end_line(p);
}

static void take_item(IrReader *p)
{
    TopItem *item = arena_alloc(p->program->arena, sizeof *item);
    if (ir_accept_word(p, "include"))
        item->kind = TOP_INCLUDE;
    else if (ir_accept_word(p, "type"))
        item->kind = TOP_TYPE;
    else if (ir_accept_word(p, "var"))
        item->kind = TOP_VAR;
    else if (ir_accept_word(p, "function"))
        item->kind = TOP_FUNCTION;
    else
        ir_fail(p, "unknown kind of item");
    item->in_main = ir_accept_word(p, "main");
    if (ir_accept_word(p, "name"))
        item->name = ir_take_quoted(p);
    ir_skip_blanks(p);
    if (ir_peek(p) == '$')
        item->var = ir_take_var(p);
    ir_skip_blanks(p);
    if (ir_peek(p) == '@')
        item->fn = ir_take_fn(p);
    if (ir_accept_word(p, "text"))
        item->text = ir_take_quoted(p);
    item->loc = ir_take_loc(p);
    ptrs_push(&p->program->items, item);
    ir_end_line(p);
}

static void take_declaration(IrReader *p, Ptrs *order)
{
    if (ir_accept_word(p, "func"))
        take_function(p, order);
    else if (ir_accept_word(p, "var"))
        take_var_decl(p);
    else if (ir_accept_word(p, "record"))
        take_record_decl(p);
    else if (ir_accept_word(p, "item"))
        take_item(p);
    else if (ir_accept_word(p, "file"))
        take_file(p);
    else if (ir_accept_word(p, "globals")) {
        take_var_list(p, &p->program->globals);
        ir_end_line(p);
    } else if (ir_accept_word(p, "std")) {
        p->program->std = ir_take_quoted(p);
        ir_end_line(p);
    } else if (ir_accept_word(p, "input")) {
        ptrs_push(&p->program->files, ir_take_quoted(p));
        ir_end_line(p);
    } else
        ir_fail(p, "expected a declaration");
}

Program *ir_parse(const char *text, const char *name)
{
    Arena *a = arena_new();
    size_t len = strlen(text);
    IrReader p = {.at = text, .end = text + len, .line_start = text, .line = 1, .arena = a, .program = program_new()};
    p.file = diag_add_file(name, text, len);
    p.records.arena = p.vars.arena = p.fns.arena = p.values.arena = a;
    Ptrs order = {.arena = p.program->arena};
    for (ir_skip_lines(&p); !p.failed && p.at < p.end; ir_skip_lines(&p))
        take_declaration(&p, &order);
    if (!p.failed && order.n < p.program->fns.n)
        ir_fail(&p, "a function that is mentioned is not declared");
    if (p.failed)
        program_free(p.program);
    else
        p.program->fns = order; /* mentions made functions before their declaration did */
    Program *result = p.failed ? NULL : p.program;
    arena_free(a);
    return result;
}
