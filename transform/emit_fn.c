/* emit_fn.c: whole functions: prototype, what C wants said about unused parameters, body; and the breaking of long lines. */
#include "emit.h"

#include <string.h>

enum { COLUMNS = 110 };

/* ---------------------------------------------------------------------- long lines */

typedef struct {
    int column[64]; /* of the open brackets */
    int n;
} Brackets;

static void follow(Brackets *b, char c, int column)
{
    if (strchr("([{", c)) {
        if (b->n < 64)
            b->column[b->n] = column;
        b->n++;
    } else if (strchr(")]}", c) && b->n) {
        b->n--;
    }
}

static void skip_literal(const char *text, int *i)
{
    char quote = text[*i];
    for (++*i; text[*i] && text[*i] != quote; ++*i)
        if (text[*i] == '\\' && text[*i + 1])
            ++*i;
}

/* How badly a line breaks before position i, -1: it does not. After commas and before the operators that bind least is best. */
static int break_cost(const char *text, int i)
{
    static const char *const operators[] = {"=",  "?", ":",  "||", "&&", "|", "^", "&", "==", "!=", "<",
                                            "<=", ">", ">=", "<<", ">>", "+", "-", "*", "/",  "%"};
    if (text[i - 1] != ' ')
        return -1;
    if (i >= 2 && (text[i - 2] == ',' || text[i - 2] == ';'))
        return 0;
    size_t n = strcspn(text + i, " ");
    for (size_t k = 1; k < sizeof operators / sizeof operators[0]; k++)
        if (strlen(operators[k]) == n && !strncmp(text + i, operators[k], n))
            return k >= 18 ? 3 : k >= 16 ? 2 : 1;
    return -1;
}

/* The best place to break text, which starts at `column` with these brackets open, so that the first part ends before COLUMNS: the one
 * with the fewest brackets around it, of those the cheapest, of those the last. 0: none. *open: as it is there. */
static int find_break(const char *text, int column, Brackets *open)
{
    Brackets at = *open, best_open = *open;
    int best = 0, best_cost = 1000;
    for (int i = 0; text[i] && column + i <= COLUMNS; i++) {
        char c = text[i];
        if (c == '"' || c == '\'') {
            skip_literal(text, &i);
            if (!text[i])
                break;
            continue;
        }
        int cost = i > 8 ? break_cost(text, i) : -1;
        cost = cost < 0 ? -1 : 4 * at.n + cost;
        if (cost >= 0 && cost <= best_cost && (cost < best_cost || column + i > 60)) {
            best = i;
            best_cost = cost;
            best_open = at;
        }
        follow(&at, c, column + i);
    }
    *open = best_open;
    return best;
}

char *wrap_line(Arena *a, const char *text, int indent)
{
    int base = 4 * indent, column = base;
    Brackets open = {{0}, 0};
    Str out = {.arena = a};
    str_put(&out, "");
    while ((int)strlen(text) + column > COLUMNS) {
        int at = find_break(text, column, &open), n = at;
        if (!at)
            break;
        while (n > 0 && text[n - 1] == ' ')
            n--;
        bool aligned = open.n && open.n <= 64 && open.column[open.n - 1] < 64;
        column = aligned ? open.column[open.n - 1] + 1 : base + 8;
        str_fmt(&out, "%.*s\n%*s", n, text, column, "");
        text += at;
    }
    str_put(&out, text);
    return out.s;
}

/* ---------------------------------------------------------------------- prototypes */

/* Has a parameter before the i-th, or any of the primal's where the i-th is adgen's own, this name? later_too: or any at all. */
static bool name_is_taken(const Fn *fn, int i, const char *name, bool later_too)
{
    for (int k = 0; k < fn->nparams; k++) {
        bool made = fn->params[i]->is_made, counts = later_too || (made == fn->params[k]->is_made ? k < i : made);
        if (k != i && counts && fn->params[k]->name && !strcmp(fn->params[k]->name, name))
            return true;
    }
    return false;
}

/* Does a later parameter's type have this name, which the i-th would hide (`layer *layer, layer *d_layer`)? */
static bool hides_a_type(const Fn *fn, int i, const char *name)
{
    for (int k = i + 1; k < fn->nparams; k++) {
        const char *type = base_type_name(fn->params[k]->type, fn->params[k]);
        if (type && !strcmp(type, name))
            return true;
    }
    return false;
}

const char *declared_name(Arena *a, const Fn *fn, int i)
{
    const char *name = fn->params[i]->name;
    if (!name || !*name)
        return arena_printf(a, "arg%d", i);
    const char *free_name = name;
    for (int n = 1; name_is_taken(fn, i, free_name, n > 1) || hides_a_type(fn, i, free_name); n++)
        free_name = arena_printf(a, "%s%d", name, n);
    return free_name;
}

static const char *param_name(Arena *a, const Fn *fn, const Plan *plan, int i)
{
    return plan ? plan_of(plan, fn->body->args[i])->var->name : declared_name(a, fn, i);
}

/* Parameters that hide a global variable in use are renamed, in dimensions too. plan: that of the definition, NULL in a declaration. */
static const char *declared_param(Arena *a, const Fn *fn, const Plan *plan, int i)
{
    Var var = *fn->params[i];
    var.is_restrict |= plan && var.only_read;
    const char *text = declare_param(a, &var, param_name(a, fn, plan, i));
    for (int k = 0; k < fn->nparams && fn->params[i]->ndims; k++) {
        const char *name = param_name(a, fn, plan, k), *was = fn->params[k]->name;
        if (was && strcmp(name, was) != 0 && !name_is_taken(fn, k, was, false)) /* else the dimension means the other one */
            text = replace_word(a, text, was, name);
    }
    return text;
}

char *prototype(Arena *a, const Fn *fn, const Plan *plan)
{
    Str s = {.arena = a};
    str_fmt(&s, "%s(", fn->name);
    for (int i = 0; i < fn->nparams; i++)
        str_fmt(&s, "%s%s", i ? ", " : "", declared_param(a, fn, plan, i));
    str_put(&s, fn->is_variadic ? ", ...)" : fn->nparams ? ")" : "void)");
    Var ret = {.type = fn->ret, .spelled = fn->ret_spelled};
    return arena_printf(a, "%s%s%s", fn->is_static ? "static " : "", fn->is_inline ? "inline " : "",
                        declare_var(a, fn->ret, &ret, s.s));
}

/* ---------------------------------------------------------------------- functions */

static bool named_in_dims(const Fn *fn, const char *name)
{
    for (int i = 0; i < fn->nparams; i++)
        for (int k = 0; k < fn->params[i]->ndims && fn->params[i]->dims; k++) {
            const char *at = fn->params[i]->dims[k] ? strstr(fn->params[i]->dims[k], name) : NULL;
            if (at)
                return true;
        }
    return false;
}

typedef struct {
    const Value *param;
    bool read;
} ParamUse;

static void find_read(Op *op, void *ctx)
{
    ParamUse *u = ctx;
    for (int i = op->code == OP_STORE; i < op->nargs && op_info[op->code].kind != KIND_ADDR; i++)
        u->read |= address_root(op->args[i]) == u->param;
}

/* A record that is passed by value, whose fields are only assigned to: gcc says that it is not used. */
static bool is_only_set(const Fn *fn, int i)
{
    ParamUse use = {fn->body->args[i], fn->params[i]->type->kind != TY_RECORD};
    walk_ops(fn->body, find_read, &use);
    return !use.read;
}

static void emit_unused_params(Emitter *e)
{
    const Fn *fn = e->fn;
    for (int i = 0; i < fn->nparams; i++) {
        const ValuePlan *vp = plan_of(e->plan, fn->body->args[i]);
        bool unused = (!vp->sites.n && !vp->sites.many) || is_only_set(fn, i);
        if (unused && !named_in_dims(fn, vp->var->name))
            line(e, "(void)%s;", vp->var->name);
    }
}

/* A function that is made as text may call what adgen_rt.h, stdlib.h and string.h declare. */
static void emit_text_function(Emitter *e, const Fn *fn)
{
    StrMap words = {.arena = e->arena};
    scan_words(&words, fn->text_body);
    if (strmap_get(&words, "free"))
        e->needs->runtime = e->needs->stdlib = e->needs->string = true;
    e->needs->runtime |= strmap_get(&words, "ad_count") != NULL;
    e->needs->string |= strmap_get(&words, "memcpy") || strmap_get(&words, "memset");
    e->needs->stddef_h |= strmap_get(&words, "size_t") != NULL;
    if (fn->comment)
        emit_comment(e, fn->comment);
    line(e, "%s", prototype(e->arena, fn, NULL));
    str_fmt(e->out, "{\n%s}\n", fn->text_body);
}

bool returns_size(const Fn *fn)
{
    return fn->ret_spelled && !strcmp(fn->ret_spelled, "size_t");
}

void emit_function(Emitter *e, Fn *fn, const Names *reserved)
{
    e->fn = fn;
    e->loc = fn->loc;
    if (fn->text_body) {
        emit_text_function(e, fn);
        return;
    }
    e->needs->stddef_h |= returns_size(fn);
    e->plan = plan_fn(fn, e->arena, reserved);
    if (fn->comment)
        emit_comment(e, fn->comment);
    line(e, "%s", prototype(e->arena, fn, e->plan));
    str_put(e->out, "{\n");
    e->indent++;
    emit_unused_params(e);
    for (size_t i = 0; i < e->plan->statics.n; i++) {
        line(e, "%s;", static_text(e->plan, e->plan->statics.at[i]));
        ptrs_push(&e->needs->statics, e->plan->statics.at[i]);
    }
    if (fn->sret) {
        CVar *result = plan_of(e->plan, fn->body->args[fn->body->nargs - 1])->var;
        line(e, "%s;", declare_var(e->arena, result->type, &(Var){.type = fn->ret, .spelled = fn->ret_spelled}, result->name));
    }
    emit_region(e, fn->body);
    e->indent--;
    str_put(e->out, "}\n");
}
