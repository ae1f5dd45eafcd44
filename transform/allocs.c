/* allocs.c: memory that a block of the function allocates and that nothing outside the block sees.
 *
 *   double *t = malloc(2 * sizeof *t); ... t[0] ...; free(t);   ->   double t[2]; ... t[0] ...;
 *
 *   for (i = 0; i < n; i++) {                                   ->   double *t = n > 0 ? malloc(m * sizeof *t) : NULL;
 *       double *t = malloc(m * sizeof *t); ...; free(t);             for (i = 0; i < n; i++) { ... }
 *   }                                                                free(t);
 *
 * The first, where the size is a small constant: it cannot fail, so that tests for NULL go, and arrays of few elements become values. The
 * second, where the size is known before the loop: the loop is then one of iterations that use one scratch, and may be fused (fuse.c); what is
 * in it can be loaded again until the next iteration overwrites it.
 * Precondition: no address in the block is stored, returned, handed on to what is outside the region where it is allocated, made an integer or
 * given to a function of the program; nothing but it is freed through such an address; library functions see it only where the block is
 * freed in the region, so that they cannot have done so. In the second case also: each thread has none of its own (OpenMP).
 */
#include "derivative.h"

#include <string.h>

enum { MOST_BYTES = 1 << 10, MOST_ROUNDS = 8 };

typedef struct {
    Fn *fn;
    Arena *arena;
    int nvalues;
    const int *first; /* by value id: where its users begin in `user`; they end where the next one's begin */
    Op **user;
    Ptrs allocs;
} Blocks;

/* What is done with a block. */
typedef struct {
    const Blocks *b;
    const Op *alloc;
    Ptrs reached; /* Value*: addresses in it */
    bool *has;    /* by value id: are these */
    Ptrs frees;
    bool lost;    /* it is seen outside */
    bool called;  /* library functions see it */
} Block;

/* ---------------------------------------------------------------------- users */

typedef struct {
    int *next;
    Op **user;
} Filling;

static void note_users(Op *op, void *ctx)
{
    Filling *f = ctx;
    for (int i = 0; i < op->nargs; i++)
        f->user[f->next[op->args[i]->id]++] = op;
}

static void find_users(Blocks *b)
{
    b->nvalues = b->fn->nvalues;
    int *uses = count_uses(b->fn), *next = arena_alloc(b->arena, (size_t)(b->nvalues + 1) * sizeof *next);
    int *first = arena_alloc(b->arena, (size_t)(b->nvalues + 1) * sizeof *first), n = 0;
    for (int i = 0; i < b->nvalues; i++) {
        first[i] = next[i] = n;
        n += uses[i];
    }
    first[b->nvalues] = n;
    b->first = first;
    b->user = arena_alloc(b->arena, (size_t)(n + 1) * sizeof *b->user);
    Filling f = {next, b->user};
    walk_ops(b->fn->body, note_users, &f);
}

/* ---------------------------------------------------------------------- the block or NULL */

/* Adds to *block what v is where it is not NULL; false: that may be something else. */
static bool is_block_or_null(Value *v, Value **block, int depth)
{
    while (v->def && v->def->code == OP_PTRCAST)
        v = v->def->args[0];
    const Op *op = v->def;
    if (!op || depth == 0)
        return false;
    if (op->code == OP_IF)
        return is_block_or_null(region_terminator(op->regions[0])->args[v->index], block, depth - 1) &&
               is_block_or_null(region_terminator(op->regions[1])->args[v->index], block, depth - 1) &&
               (!*block || value_outside(*block, op));
    if (op->code == OP_SELECT)
        return is_block_or_null(op->args[1], block, depth - 1) && is_block_or_null(op->args[2], block, depth - 1);
    if (op->code != OP_ALLOC && op->code != OP_LOCAL)
        return op->code == OP_NULLPTR;
    bool same = !*block || *block == v;
    *block = v;
    return same;
}

/* What a merged address is where it is not NULL; NULL: not one block. */
static Value *block_or_null(Value *v)
{
    enum { DEPTH = 8 };
    Value *block = NULL;
    return is_block_or_null(v, &block, DEPTH) ? block : NULL;
}

/* At b, an int: is v NULL? Of what an if merges, the arms say so. */
static Value *null_at(Builder *b, Value *v)
{
    Type *t = type_scalar(TY_INT);
    while (v->def->code == OP_PTRCAST)
        v = v->def->args[0];
    Op *op = v->def;
    if (op->code == OP_SELECT) {
        Value *yes = null_at(b, op->args[1]);
        return build_select(b, op->args[0], yes, null_at(b, op->args[2]));
    }
    if (op->code != OP_IF)
        return op->code == OP_NULLPTR ? build_int(b, t, 1) : build_bin(b, OP_EQ, v, build_zero(b, v->type));
    for (int i = 0; i < 2; i++) {
        Op *end = region_terminator(op->regions[i]);
        Builder in = before_op(end);
        op_add_arg(end, null_at(&in, end->args[v->index]));
    }
    return op_add_result(op, t, NULL);
}

typedef struct {
    Ptrs tests;    /* Op*: of merged addresses against NULL */
    PtrMap result; /* Value* -> what it becomes */
} Merged;

static bool is_merged(const Value *v)
{
    return v->def && (v->def->code == OP_IF || v->def->code == OP_SELECT);
}

/* The address p made of `block` instead of its root, which is merged. */
static Value *address_in(Builder *b, Value *p, Value *block)
{
    if (is_merged(p))
        return build_ptrcast(b, block, p->type);
    PtrMap map = {.arena = b->fn->arena};
    ptrmap_put(&map, p->def->args[0], address_in(b, p->def->args[0], block));
    return clone_op(b, p->def, &map)->results[0];
}

/* struct ws *w = ws_new(n), which is NULL where there is no memory: what is read through w is in the block itself. */
static void read_block_itself(Op *op, void *ctx)
{
    Merged *m = ctx;
    if ((op->code == OP_EQ || op->code == OP_NE) && op->args[0]->type->kind == TY_PTR)
        ptrs_push(&m->tests, op);
    if (op->code != OP_LOAD && op->code != OP_STORE && op->code != OP_ACCUM)
        return;
    Value *root = op->args[0];
    while (root->def && op_is_step(root->def->code))
        root = root->def->args[0];
    Value *block = is_merged(root) ? block_or_null(root) : NULL;
    if (!block)
        return;
    Builder b = before_op(op);
    op->args[0] = address_in(&b, op->args[0], block);
}

static void test_merged(Merged *m, Op *op)
{
    for (int i = 0; i < 2; i++) {
        Value *v = op->args[i];
        while (v->def && v->def->code == OP_PTRCAST)
            v = v->def->args[0];
        if (!defined_by(op->args[1 - i], OP_NULLPTR) || !is_merged(v) || !block_or_null(v))
            continue;
        Builder b = before_op(op);
        Value *null = null_at(&b, v);
        ptrmap_put(&m->result, op->results[0], op->code == OP_EQ ? null : build_un(&b, OP_LNOT, null));
        return;
    }
}

static void follow_merged(Fn *fn)
{
    Merged m = {{.arena = fn->arena}, {.arena = fn->arena}};
    walk_ops(fn->body, read_block_itself, &m);
    for (size_t i = 0; i < m.tests.n; i++)
        test_merged(&m, m.tests.at[i]);
    replace_uses_map(fn, &m.result);
    simplify(fn);
}

/* ---------------------------------------------------------------------- where the block's addresses go */

static void reach(Block *k, Value *v)
{
    if (!k->has[v->id])
        ptrs_push(&k->reached, v);
    k->has[v->id] = true;
}

/* A terminator hands the address on to what its region belongs to. */
static void reach_through_end(Block *k, const Op *end, int i)
{
    Op *owner = end->parent->owner;
    if (end->parent == k->alloc->parent) {
        k->lost = true;
    } else if (end->code == OP_COND && i > 0) {
        reach(k, owner->regions[1]->args[i - 1]);
        reach(k, owner->results[i - 1]);
    } else if (end->code == OP_YIELD && owner->code == OP_IF) {
        reach(k, owner->results[i]);
    } else if (end->code == OP_YIELD && owner->code == OP_FOR) {
        reach(k, owner->regions[0]->args[i + 1]);
        reach(k, owner->results[i + 1]);
    } else if (end->code == OP_YIELD && owner->code == OP_WHILE) {
        reach(k, owner->regions[0]->args[i]);
    } else {
        k->lost = true;
    }
}

static void reach_through(Block *k, Op *op, int i)
{
    OpCode c = op->code;
    if ((op_is_step(c) && i == 0) || (c == OP_SELECT && i > 0)) {
        reach(k, op->results[0]);
    } else if (c == OP_FOR && i > 2) {
        reach(k, op->regions[0]->args[i - 2]);
        reach(k, op->results[i - 2]);
    } else if (c == OP_WHILE) {
        reach(k, op->regions[0]->args[i]);
    } else if (c == OP_YIELD || c == OP_COND) {
        reach_through_end(k, op, i);
    } else if (c == OP_FREE && block_or_null(op->args[0]) == k->alloc->results[0]) {
        ptrs_push(&k->frees, op);
    } else if (c == OP_CALL && !op->callee) {
        k->called |= strcmp(op->text, "memset") != 0;
    } else {
        bool access = c == OP_LOAD || ((c == OP_STORE || c == OP_ACCUM || c == OP_ZERO) && i == 0) || (c == OP_COPY && i < 2);
        k->lost |= !access && !op_is_compare(c) && c != OP_LNOT && c != OP_PTRDIFF;
    }
}

static bool freed_in_its_region(const Block *k)
{
    for (size_t i = 0; i < k->frees.n; i++)
        if (((const Op *)k->frees.at[i])->parent == k->alloc->parent)
            return true;
    return false;
}

/* Does nothing outside the region see the block? */
static bool stays_inside(Block *k)
{
    reach(k, k->alloc->results[0]);
    for (size_t i = 0; i < k->reached.n && !k->lost; i++) {
        const Value *v = k->reached.at[i];
        for (int u = k->b->first[v->id]; u < k->b->first[v->id + 1]; u++)
            for (int a = 0; a < k->b->user[u]->nargs; a++)
                if (k->b->user[u]->args[a] == v)
                    reach_through(k, k->b->user[u], a);
    }
    return !k->lost && (!k->called || freed_in_its_region(k));
}

static Block block_of(const Blocks *b, const Op *alloc)
{
    Block k = {.b = b, .alloc = alloc, .reached.arena = b->arena, .frees.arena = b->arena};
    k.has = arena_alloc(b->arena, (size_t)b->nvalues * sizeof *k.has);
    return k;
}

static void find_alloc(Op *op, void *ctx)
{
    if (op->code == OP_ALLOC && !op->tape)
        ptrs_push(ctx, op);
}

static Blocks blocks_of(Fn *fn, Arena *arena)
{
    Blocks b = {.fn = fn, .arena = arena, .allocs.arena = arena};
    walk_ops(fn->body, find_alloc, &b.allocs);
    if (b.allocs.n)
        find_users(&b);
    return b;
}

/* ---------------------------------------------------------------------- small ones become locals */

/* A product of constants and sizes of types; -1: another size, or more than MOST_BYTES. */
static int64_t constant_size(const Value *v)
{
    int64_t n;
    if (!value_int(v, &n)) {
        const Op *op = v->def;
        if (!op || (op->code != OP_SIZEOF && op->code != OP_MUL && op->code != OP_CAST))
            return -1;
        n = op->code == OP_SIZEOF ? op->of->size : constant_size(op->args[0]);
        if (op->code == OP_MUL && n >= 0) {
            int64_t m = constant_size(op->args[1]);
            n = m < 0 ? -1 : n * m;
        }
    }
    return n >= 0 && n <= MOST_BYTES ? n : -1;
}

static int64_t bytes_of(const Op *alloc)
{
    int64_t n = constant_size(alloc->args[0]), size = alloc->nargs > 1 ? constant_size(alloc->args[1]) : 1;
    return n < 0 || size < 0 || n * size > MOST_BYTES ? -1 : n * size;
}

/* The one type that the block's address is cast to, as a pointer: void * serves memcpy and free; NULL: none, or several. */
static const Value *typed_address(const Block *k)
{
    const Value *p = k->alloc->results[0], *typed = NULL;
    if (p->type->elem->kind != TY_VOID)
        return p;
    for (int u = k->b->first[p->id]; u < k->b->first[p->id + 1]; u++) {
        const Op *op = k->b->user[u];
        if (op->code != OP_PTRCAST || op->results[0]->type->elem->kind == TY_VOID)
            continue;
        const Value *q = op->results[0];
        if (typed && type_without_const(typed->type) != type_without_const(q->type))
            return NULL;
        typed = typed ? typed : q;
    }
    return typed;
}

/* What the local is to be; NULL: no local. */
static Type *local_type(const Block *k, const Value *typed)
{
    int64_t bytes = bytes_of(k->alloc);
    Type *t = typed ? type_without_const(typed->type)->elem : NULL;
    if (bytes <= 0 || !t || t->size <= 0 || bytes % t->size || typed->type->elem_volatile || t->kind == TY_FUNC || type_open_end(t) >= 0 ||
        type_hides_numbers(t))
        return NULL;
    return bytes == t->size ? t : type_array(t, bytes / t->size);
}

static void become_local(Block *k, PtrMap *map, Type *t, const Value *typed)
{
    Op *alloc = (Op *)k->alloc;
    Builder b = before_op(alloc);
    b.loc = alloc->loc;
    Value *p = build_local(&b, t, var_named(k->b->fn, t, "", typed->var, "block"), NULL, 0);
    p->def->zeroed = alloc->zeroed;
    if (t != type_without_const(typed->type)->elem)
        p = build_decay(&b, p);
    ptrmap_put(map, alloc->results[0], build_ptrcast(&b, p, alloc->results[0]->type));
    for (size_t i = 0; i < k->frees.n; i++)
        op_remove(k->frees.at[i]);
}

static bool localise_round(Fn *fn)
{
    Arena *arena = arena_new();
    Blocks b = blocks_of(fn, arena);
    PtrMap map = {.arena = fn->arena};
    Ptrs done = {.arena = arena};
    for (size_t i = 0; i < b.allocs.n; i++) {
        Block k = block_of(&b, b.allocs.at[i]);
        const Value *typed = typed_address(&k);
        Type *t = local_type(&k, typed);
        if (!t || !stays_inside(&k))
            continue;
        become_local(&k, &map, t, typed);
        ptrs_push(&done, b.allocs.at[i]);
    }
    if (done.n)
        replace_uses_map(fn, &map);
    for (size_t i = 0; i < done.n; i++)
        op_remove(done.at[i]);
    bool any = done.n > 0;
    arena_free(arena);
    return any;
}

/* ---------------------------------------------------------------------- and are freed in one place */

/* if (d <= 0) { free(t); return NAN; } ... free(t); return r;   ->   one free at the region's end: until then all of it can be read again. */
static void free_at_end(Fn *fn)
{
    Arena *arena = arena_new();
    Blocks b = blocks_of(fn, arena);
    for (size_t i = 0; i < b.allocs.n; i++) {
        Op *alloc = b.allocs.at[i];
        Block k = block_of(&b, alloc);
        if (!stays_inside(&k) || k.frees.n < 1 || (k.frees.n == 1 && ((Op *)k.frees.at[0])->parent == alloc->parent))
            continue;
        Builder end = before_op(region_terminator(alloc->parent));
        end.loc = ((Op *)k.frees.at[0])->loc;
        for (size_t f = 0; f < k.frees.n; f++)
            op_remove(k.frees.at[f]);
        op_build(&end, OP_FREE, alloc->results, 1, 0);
    }
    arena_free(arena);
}

void localise_blocks(Fn *fn)
{
    Ptrs allocs = {.arena = fn->arena};
    walk_ops(fn->body, find_alloc, &allocs);
    if (!allocs.n)
        return;
    join_frees(fn);
    follow_merged(fn);
    free_at_end(fn);
    for (int n = 0; n < MOST_ROUNDS && localise_round(fn); n++) {
        promote_locals(fn); /* blocks whose addresses were kept in them */
        follow_merged(fn);
        free_at_end(fn);
    }
}

/* ---------------------------------------------------------------------- others leave the loops around them */

static bool is_parallel(const Op *loop)
{
    return loop->loop && loop->loop->omp;
}

static bool operands_known(const Op *alloc, const Op *loop)
{
    for (int i = 0; i < alloc->nargs; i++)
        if (!value_computable(alloc->args[i], loop))
            return false;
    return true;
}

/* The outermost loop before which the block can be allocated; NULL: none. */
static Op *outermost(const Op *alloc)
{
    Op *found = NULL;
    for (Op *op = alloc->parent->owner; op && operands_known(alloc, op); op = op->parent->owner) {
        if (op->code == OP_IF)
            continue;
        if (is_parallel(op))
            break;
        found = op;
    }
    return found;
}

/* lo < hi is hi > lo: as one asks whether there is anything to do. */
static OpCode turned(OpCode cmp)
{
    return cmp == OP_LT ? OP_GT : cmp == OP_LE ? OP_GE : cmp == OP_GT ? OP_LT : cmp == OP_GE ? OP_LE : cmp;
}

/* At b, before `outer`: an int that is 1 where the block is needed, as far as loops and conditions around it are known there. NULL: it may
 * always be. */
static Value *needed(Builder *b, const Op *alloc, const Op *outer)
{
    Value *all = NULL;
    const Region *in = alloc->parent;
    for (const Op *op = in->owner;; in = op->parent, op = in->owner) {
        Value *one = NULL;
        int64_t lo, hi;
        if (op->code == OP_FOR && value_computable(op->args[0], outer) && value_computable(op->args[1], outer) &&
            !(value_int(op->args[0], &lo) && value_int(op->args[1], &hi)))
            one = build_bin(b, turned(op->cmp), value_computed(b, op->args[1]), value_computed(b, op->args[0]));
        else if (op->code == OP_IF && value_computable(op->args[0], outer))
            one = build_bin(b, in == op->regions[0] ? OP_NE : OP_EQ, value_computed(b, op->args[0]), build_zero(b, op->args[0]->type));
        all = all && one ? build_bin(b, OP_LAND, one, all) : one ? one : all;
        if (op == outer)
            return all;
    }
}

/* calloc(n, size) in each iteration is the same memory cleared: how many elements. NULL: not known. */
static Value *cleared_elements(Builder *b, const Op *alloc, const Type *t)
{
    Value *n = bytes_quotient(b, alloc->args[1], t->size);
    if (n)
        return build_bin(b, OP_MUL, alloc->args[0], n);
    n = bytes_quotient(b, alloc->args[0], t->size);
    return n ? build_bin(b, OP_MUL, n, alloc->args[1]) : NULL;
}

/* Clears the block where it was allocated. */
static bool clear_there(Block *k, Op *alloc)
{
    const Value *typed = typed_address(k);
    Type *t = typed ? type_without_const(typed->type)->elem : NULL;
    Builder b = after_op(alloc);
    b.loc = alloc->loc;
    Value *n = t && t->size > 0 && type_open_end(t) < 0 ? cleared_elements(&b, alloc, t) : NULL;
    if (!n)
        return false;
    Value *args[2] = {build_ptrcast(&b, alloc->results[0], type_ptr(t)), n};
    op_build(&b, OP_ZERO, args, 2, 0);
    return true;
}

static void move_before(Block *k, Op *alloc, Op *outer)
{
    Builder b = before_op(outer), behind = after_op(outer);
    b.loc = behind.loc = alloc->loc;
    Value *args[3] = {NULL, NULL, needed(&b, alloc, outer)};
    for (int i = 0; i < alloc->nargs; i++)
        args[i] = value_computed(&b, alloc->args[i]);
    if (args[2] && !args[1])
        args[1] = build_int(&b, args[0]->type, 1);
    op_set_args(alloc, args, args[2] ? 3 : alloc->nargs);
    alloc->home = alloc->parent->owner;
    op_move(alloc, &b);
    for (size_t i = 0; i < k->reached.n; i++) {
        Op *cast = ((Value *)k->reached.at[i])->def;
        if (cast && cast->code == OP_PTRCAST && cast->args[0] == alloc->results[0])
            op_move(cast, &b);
    }
    for (size_t i = 0; i < k->frees.n; i++)
        op_remove(k->frees.at[i]);
    op_build(&behind, OP_FREE, alloc->results, 1, 0);
}

void hoist_blocks(Fn *fn)
{
    Arena *arena = arena_new();
    Blocks b = blocks_of(fn, arena);
    bool any = false;
    for (size_t i = 0; i < b.allocs.n; i++) {
        Op *alloc = b.allocs.at[i], *outer = alloc->nargs < 3 ? outermost(alloc) : NULL;
        Block k = block_of(&b, alloc);
        if (!outer || !stays_inside(&k) || k.frees.n == 0 || (alloc->zeroed && !clear_there(&k, alloc)))
            continue;
        alloc->zeroed = false;
        move_before(&k, alloc, outer);
        any = true;
    }
    arena_free(arena);
    if (any)
        simplify(fn);
}
