/* memory_effects.c: what each op writes, and what known library functions do with their pointer arguments. */
#include "analysis.h"
#include "derivative.h"

#include <string.h>

/* ------------------------------------------------------------------ library functions */

#define ALL_FROM(k) (~0u << (k))
#define PRINTS (1u << 31) /* writes through %n only: decided by the format */

/* Functions of the C library and POSIX that keep none of their arguments and write nothing but what is said here. Math functions are ops;
 * those here have no derivative row. */
static const KnownCall known_calls[] = {
    {"printf", PRINTS, RETURNS_NOTHING, ONCE}, {"fprintf", PRINTS, RETURNS_NOTHING, ONCE}, {"puts", 0, RETURNS_NOTHING, ONCE},
    {"fputs", 0, RETURNS_NOTHING, ONCE}, {"putchar", 0, RETURNS_NOTHING, ONCE}, {"fputc", 0, RETURNS_NOTHING, ONCE},
    {"putc", 0, RETURNS_NOTHING, ONCE}, {"perror", 0, RETURNS_NOTHING, ONCE}, {"fflush", 0, RETURNS_NOTHING, ONCE},
    {"fclose", 0, RETURNS_NOTHING, NEVER}, {"fopen", 0, RETURNS_UNKNOWN, NEVER}, {"fwrite", 0, RETURNS_NOTHING, ONCE},
    {"fread", 1u << 0, RETURNS_NOTHING, NEVER}, {"fgets", 1u << 0, RETURNS_ARG0, NEVER}, {"getchar", 0, RETURNS_NOTHING, NEVER},
    {"fgetc", 0, RETURNS_NOTHING, NEVER}, {"feof", 0, RETURNS_NOTHING, NEVER}, {"ferror", 0, RETURNS_NOTHING, NEVER},
    {"fseek", 0, RETURNS_NOTHING, NEVER}, {"ftell", 0, RETURNS_NOTHING, NEVER}, {"sprintf", 1u << 0, RETURNS_NOTHING, AGAIN},
    {"snprintf", 1u << 0, RETURNS_NOTHING, AGAIN}, {"scanf", ALL_FROM(1), RETURNS_NOTHING, NEVER},
    {"fscanf", ALL_FROM(2), RETURNS_NOTHING, NEVER}, {"sscanf", ALL_FROM(2), RETURNS_NOTHING, AGAIN},
    {"strlen", 0, RETURNS_NOTHING, AGAIN}, {"strcmp", 0, RETURNS_NOTHING, AGAIN}, {"strncmp", 0, RETURNS_NOTHING, AGAIN},
    {"memcmp", 0, RETURNS_NOTHING, AGAIN}, {"strchr", 0, RETURNS_ARG0, AGAIN}, {"strrchr", 0, RETURNS_ARG0, AGAIN},
    {"strstr", 0, RETURNS_ARG0, AGAIN}, {"strcpy", 1u << 0, RETURNS_ARG0, AGAIN}, {"strncpy", 1u << 0, RETURNS_ARG0, AGAIN},
    {"strcat", 1u << 0, RETURNS_ARG0, AGAIN}, {"atoi", 0, RETURNS_NOTHING, AGAIN}, {"atol", 0, RETURNS_NOTHING, AGAIN},
    {"atof", 0, RETURNS_NOTHING, AGAIN}, {"strtod", 1u << 1, RETURNS_NOTHING, AGAIN}, {"strtof", 1u << 1, RETURNS_NOTHING, AGAIN},
    {"strtol", 1u << 1, RETURNS_NOTHING, AGAIN}, {"getenv", 0, RETURNS_UNKNOWN, AGAIN}, {"rand", 0, RETURNS_NOTHING, NEVER},
    {"srand", 0, RETURNS_NOTHING, NEVER}, {"random", 0, RETURNS_NOTHING, NEVER}, {"srandom", 0, RETURNS_NOTHING, NEVER},
    {"drand48", 0, RETURNS_NOTHING, NEVER}, {"srand48", 0, RETURNS_NOTHING, NEVER}, {"rand_r", 1u << 0, RETURNS_NOTHING, NEVER},
    {"erand48", 1u << 0, RETURNS_NOTHING, NEVER}, {"clock", 0, RETURNS_NOTHING, NEVER}, {"time", 1u << 0, RETURNS_NOTHING, NEVER},
    {"clock_gettime", 1u << 1, RETURNS_NOTHING, NEVER}, {"gettimeofday", ALL_FROM(0), RETURNS_NOTHING, NEVER},
    {"memset", 1u << 0, RETURNS_ARG0, AGAIN}, {"memchr", 0, RETURNS_ARG0, AGAIN}, {"omp_get_wtime", 0, RETURNS_NOTHING, NEVER},
    {"omp_get_thread_num", 0, RETURNS_NOTHING, NEVER}, {"omp_get_num_threads", 0, RETURNS_NOTHING, AGAIN},
    {"omp_get_max_threads", 0, RETURNS_NOTHING, AGAIN}, {"ad_block_size", 0, RETURNS_NOTHING, AGAIN},
    {"ad_free_pushed", 0, RETURNS_NOTHING, AGAIN}, {"abs", 0, RETURNS_NOTHING, AGAIN}, {"labs", 0, RETURNS_NOTHING, AGAIN},
    {"llabs", 0, RETURNS_NOTHING, AGAIN}, {"toupper", 0, RETURNS_NOTHING, AGAIN}, {"tolower", 0, RETURNS_NOTHING, AGAIN},
    {"isdigit", 0, RETURNS_NOTHING, AGAIN}, {"isspace", 0, RETURNS_NOTHING, AGAIN}, {"isalpha", 0, RETURNS_NOTHING, AGAIN},
    {"abort", 0, RETURNS_NOTHING, AGAIN}, {"exit", 0, RETURNS_NOTHING, AGAIN}, {"getline", 3u << 0, RETURNS_NOTHING, NEVER},
    {"getdelim", 3u << 0, RETURNS_NOTHING, NEVER}, {"ungetc", 0, RETURNS_NOTHING, NEVER}, {"rewind", 0, RETURNS_NOTHING, NEVER},
    {"ad_sort_order", 1u << 0, RETURNS_NOTHING, AGAIN}, {"qsort", 1u << 0, RETURNS_NOTHING, AGAIN},
    {"bsearch", 0, RETURNS_ARG1, AGAIN}, {"ad_unknown_target", 0, RETURNS_NOTHING, AGAIN},
    {"ad_boundary", 0, RETURNS_NOTHING, AGAIN}, {"ad_tape_new", 0, RETURNS_NOTHING, AGAIN},
    {"ad_tape_free", 0, RETURNS_NOTHING, AGAIN}, {"ad_stack_free", 1u << 0, RETURNS_NOTHING, AGAIN},
    {"ad_lane_lengths", 0, RETURNS_NOTHING, AGAIN}, {"ad_put_aside", 3u << 0, RETURNS_NOTHING, AGAIN},
    {"ad_put_back", 3u << 0, RETURNS_NOTHING, AGAIN}, {"_Exit", 0, RETURNS_NOTHING, AGAIN},
    {"__errno_location", 0, RETURNS_UNKNOWN, NEVER}, {"__assert_fail", 0, RETURNS_NOTHING, AGAIN},
    {"fseeko", 0, RETURNS_NOTHING, NEVER}, {"ftello", 0, RETURNS_NOTHING, NEVER}, {"getc", 0, RETURNS_NOTHING, NEVER},
    {"fgetc_unlocked", 0, RETURNS_NOTHING, NEVER}, {"getc_unlocked", 0, RETURNS_NOTHING, NEVER}, {"fileno", 0, RETURNS_NOTHING, NEVER},
    {"clearerr", 0, RETURNS_NOTHING, NEVER}, {"strncat", 1u << 0, RETURNS_ARG0, AGAIN},
    {"strspn", 0, RETURNS_NOTHING, AGAIN}, {"strcspn", 0, RETURNS_NOTHING, AGAIN}, {"strcasecmp", 0, RETURNS_NOTHING, AGAIN},
    {"strncasecmp", 0, RETURNS_NOTHING, AGAIN}, {"strtoul", 1u << 1, RETURNS_NOTHING, AGAIN}, {"atoll", 0, RETURNS_NOTHING, AGAIN},
    {"isalnum", 0, RETURNS_NOTHING, AGAIN}, {"isupper", 0, RETURNS_NOTHING, AGAIN}, {"islower", 0, RETURNS_NOTHING, AGAIN},
    {"strerror", 0, RETURNS_UNKNOWN, AGAIN}, {"strpbrk", 0, RETURNS_ARG0, AGAIN}, {"putc_unlocked", 0, RETURNS_NOTHING, ONCE},
    {"usleep", 0, RETURNS_NOTHING, NEVER}, {"sleep", 0, RETURNS_NOTHING, NEVER}, {"omp_get_num_procs", 0, RETURNS_NOTHING, AGAIN},
    {"__ctype_b_loc", 0, RETURNS_UNKNOWN, AGAIN}, {"__ctype_tolower_loc", 0, RETURNS_UNKNOWN, AGAIN},
    {"__ctype_toupper_loc", 0, RETURNS_UNKNOWN, AGAIN}, {"isxdigit", 0, RETURNS_NOTHING, AGAIN}, {"ispunct", 0, RETURNS_NOTHING, AGAIN},
    {"isprint", 0, RETURNS_NOTHING, AGAIN}, {"isblank", 0, RETURNS_NOTHING, AGAIN}, {"iscntrl", 0, RETURNS_NOTHING, AGAIN},
    {"popcount", 0, RETURNS_NOTHING, AGAIN}, {"popcountl", 0, RETURNS_NOTHING, AGAIN}, {"popcountll", 0, RETURNS_NOTHING, AGAIN},
    {"parity", 0, RETURNS_NOTHING, AGAIN}, {"parityl", 0, RETURNS_NOTHING, AGAIN}, {"parityll", 0, RETURNS_NOTHING, AGAIN},
    {"clz", 0, RETURNS_NOTHING, AGAIN}, {"clzl", 0, RETURNS_NOTHING, AGAIN}, {"clzll", 0, RETURNS_NOTHING, AGAIN},
    {"ctz", 0, RETURNS_NOTHING, AGAIN}, {"ctzl", 0, RETURNS_NOTHING, AGAIN}, {"ctzll", 0, RETURNS_NOTHING, AGAIN},
    {"ffs", 0, RETURNS_NOTHING, AGAIN}, {"ffsl", 0, RETURNS_NOTHING, AGAIN}, {"ffsll", 0, RETURNS_NOTHING, AGAIN},
    {"bswap16", 0, RETURNS_NOTHING, AGAIN}, {"bswap32", 0, RETURNS_NOTHING, AGAIN}, {"bswap64", 0, RETURNS_NOTHING, AGAIN},
    {"isgraph", 0, RETURNS_NOTHING, AGAIN}, {"strtoll", 1u << 1, RETURNS_NOTHING, AGAIN}, {"strtoull", 1u << 1, RETURNS_NOTHING, AGAIN},
};

static const char *call_name(const Op *call)
{
    if (call->code != OP_CALL)
        return NULL;
    if (call->text)
        return call->text;
    return call->callee && !call->callee->has_body && !call->callee->custom_vjp ? call->callee->name : NULL;
}

/* Functions that are given to qsort and its kin: does their text show that they write nothing? */
static bool compares_only(const Op *call)
{
    for (int i = 0; i < call->nargs; i++) {
        const Value *v = call->args[i];
        if (v->type->kind != TY_PTR || v->type->elem->kind != TY_FUNC)
            continue;
        while (v->def && v->def->code == OP_PTRCAST)
            v = v->def->args[0];
        const Fn *f = v->def && v->def->code == OP_FNADDR ? v->def->callee : NULL;
        if (!f || !f->has_body)
            return false;
        Habits h = habits_of(call->parent->fn->arena, f);
        if (h.write || h.unknown)
            return false;
    }
    return true;
}

const KnownCall *known_call(const Op *call)
{
    const char *name = call_name(call);
    if (!name)
        return reporting_call(call);
    if (strncmp(name, "__builtin_", 10) == 0)
        name += 10;
    for (size_t i = 0; i < sizeof known_calls / sizeof *known_calls; i++)
        if (strcmp(known_calls[i].name, name) == 0)
            return compares_only(call) ? &known_calls[i] : NULL;
    return library_known(call);
}

bool format_has_n(const char *text)
{
    for (const char *at = strchr(text, '%'); at; at = strchr(at + 1, '%')) {
        at += 1 + strspn(at + 1, "-+ #0123456789.*hlLqjzt");
        if (*at == 'n')
            return true;
        if (!*at)
            break;
    }
    return false;
}

/* A format that is not a literal, or has %n, may write through every later argument. */
static bool prints_only(const Op *call)
{
    for (int i = 0; i < call->nargs && i < 2; i++) {
        const Value *v = call->args[i];
        while (v->def && (v->def->code == OP_DECAY || v->def->code == OP_PTRCAST))
            v = v->def->args[0];
        if (v->def && v->def->code == OP_STRING)
            return !format_has_n(v->def->text);
    }
    return false;
}

bool call_writes_arg(const Op *call, const KnownCall *known, int k)
{
    if (!known)
        return true;
    if (known->writes == PRINTS)
        return !prints_only(call);
    return k < 32 && (known->writes >> k & 1u);
}

/* ------------------------------------------------------------------ writes */

static int write_new(MemInfo *m, MemWrite w)
{
    if (m->nwrites == m->writes_cap) {
        int cap = m->writes_cap ? 2 * m->writes_cap : 64;
        MemWrite *writes = arena_alloc(m->arena, (size_t)cap * sizeof *writes);
        if (m->nwrites)
            memcpy(writes, m->writes, (size_t)m->nwrites * sizeof *writes);
        m->writes = writes;
        m->writes_cap = cap;
    }
    w.position = mem_position(m, w.op);
    m->writes[m->nwrites] = w;
    return m->nwrites++;
}

static void write_through_as(MemInfo *m, WriteKind kind, const Op *op, const Value *addr, unsigned classes)
{
    int w = write_new(m, (MemWrite){.kind = kind, .op = op, .addr = addr, .classes = classes});
    const IntSet *objs = mem_points_to(m, addr);
    for (int i = 0; i < objs->n; i++)
        intset_add(m->arena, &m->objects[objs->at[i]].writes, w);
}

static void write_through(MemInfo *m, WriteKind kind, const Op *op, const Value *addr)
{
    write_through_as(m, kind, op, addr, 0);
}

static void write_named(MemInfo *m, const Op *op)
{
    const Ptrs *named = recursion_named(op);
    for (size_t i = 0; named && i < named->n; i++) {
        Op *global = named->at[i];
        int w = write_new(m, (MemWrite){.kind = WRITE_OBJECT, .op = op, .classes = mem_type_classes(global->var->type)});
        intset_add(m->arena, &m->objects[mem_global(m, global)].writes, w);
    }
}

static void write_objects(MemInfo *m, const Op *op, IntSet all)
{
    int w = all.n ? write_new(m, (MemWrite){.kind = WRITE_OBJECT, .op = op}) : -1;
    for (int i = 0; i < all.n; i++)
        intset_add(m->arena, &m->objects[all.at[i]].writes, w);
}

/* Calls of the runtime that write no memory of the function's: ad_log_save reads what it notes for others to write. */
static bool only_notes(const Op *op)
{
    return frees_tape(op) || (op->code == OP_CALL && op->text && !strcmp(op->text, "ad_log_save"));
}

static void write_by_call(MemInfo *m, const Op *op)
{
    if (only_notes(op))
        return;
    write_named(m, op);
    if (is_recursion(op)) {
        for (int i = 0; i < op->nargs; i++)
            if (op->args[i]->type->kind == TY_PTR && recursion_writes(op, i))
                write_through_as(m, WRITE_OBJECT, op, op->args[i], recursion_classes(op, i));
        write_objects(m, op, recursion_changes(m, op));
        if (recursion_is_wild(m, op))
            intset_add(m->arena, &m->wild, write_new(m, (MemWrite){.kind = WRITE_WILD, .op = op}));
        return;
    }
    if (is_followed_instance(op)) {
        IntSet all = {0};
        for (int i = 0; i < op->nargs; i++) {
            IntSet reached = op->args[i]->type->kind == TY_PTR ? mem_reachable(m, op->args[i]) : (IntSet){0};
            for (int k = 0; k < reached.n; k++)
                intset_add(m->arena, &all, reached.at[k]);
        }
        for (int i = 0; i < m->nobjects; i++) /* a reverse function finds it on the tape */
            if (is_left_by(m, i, NULL))
                intset_add(m->arena, &all, i);
        write_objects(m, op, all);
        return;
    }
    const KnownCall *known = known_call(op);
    bool tame = !known && op->code == OP_CALL && custom_is_tame(op);
    if (!known && !tame) {
        intset_add(m->arena, &m->wild, write_new(m, (MemWrite){.kind = WRITE_WILD, .op = op}));
        return;
    }
    for (int i = 0; i < op->nargs; i++)
        if (op->args[i]->type->kind == TY_PTR && (tame ? custom_may_write(op, i) : call_writes_arg(op, known, i)))
            write_through(m, WRITE_OBJECT, op, op->args[i]);
}

static void write_by_op(Op *op, void *ctx)
{
    MemInfo *m = ctx;
    switch (op->code) {
    case OP_STORE:
    case OP_ACCUM:
        write_through(m, WRITE_CELL, op, op->args[0]);
        break;
    case OP_ZERO:
    case OP_COPY:
        write_through(m, WRITE_RANGE, op, op->args[0]);
        break;
    case OP_FREE:
    case OP_REALLOC:
        write_through(m, WRITE_OBJECT, op, op->args[0]);
        break;
    case OP_LOCAL:
        /* At the function's start it is there before all else; elsewhere it starts anew, with unknown contents. */
        if (op->parent != m->fn->body)
            write_through(m, WRITE_OBJECT, op, op->results[0]);
        break;
    case OP_CALL:
    case OP_CALLPTR:
        write_by_call(m, op);
        break;
    default:
        break;
    }
}

void mem_collect_writes(MemInfo *m)
{
    walk_ops(m->fn->body, write_by_op, m);
}
