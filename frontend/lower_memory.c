/* lower_memory.c: copying and zeroing objects: struct assignment, memcpy, memmove, memset.
 *
 * What holds floating numbers is copied number by number, so that each has its derivative; other data by OP_COPY.
 */
#include "lower.h"
#include "transform/derivative.h"

/* Arrays up to this many elements are copied without a loop. */
enum { UNROLL = 8 };

/* ---------------------------------------------------------------------- counted loops */

CountLoop count_loop_begin(Lower *l, Value *n)
{
    CountLoop c = {.outer = l->b};
    Type *size = type_scalar(TY_ULONG);
    Var *var = lower_new_var(l, "i", size);
    c.counter = build_local(&l->b, size, var, NULL, 0);
    build_store(&l->b, c.counter, build_int(&l->b, size, 0));
    c.loop = build_while(&l->b);
    Loc loc = l->b.loc;
    Builder before = at_end(c.loop->regions[0]);
    build_cond(&before, build_bin(&before, OP_LT, build_load(&before, c.counter), n), NULL, 0);
    l->b = at_end(c.loop->regions[1]);
    l->b.loc = loc;
    c.i = build_load(&l->b, c.counter);
    return c;
}

void count_loop_end(Lower *l, CountLoop *c)
{
    Value *one = build_int(&l->b, c->i->type, 1);
    build_store(&l->b, c->counter, build_bin(&l->b, OP_ADD, c->i, one));
    build_yield(&l->b, NULL, 0);
    l->b = c->outer;
}

/* ---------------------------------------------------------------------- objects */

static Value *count_of(Lower *l, int64_t n)
{
    return build_int(&l->b, type_scalar(TY_ULONG), n);
}

static void copy_bytes(Lower *l, Value *dst, Value *src, Type *t)
{
    Op *size = op_build(&l->b, OP_SIZEOF, NULL, 0, 1);
    size->of = t;
    size->results[0]->type = type_scalar(TY_ULONG);
    op_build(&l->b, OP_COPY, (Value *[]){dst, src, size->results[0]}, 3, 0);
}

static void copy_array(Lower *l, Value *dst, Value *src, Type *t, Loc loc)
{
    if (!type_has_float(t) && t->count > UNROLL) {
        copy_bytes(l, dst, src, t);
        return;
    }
    Value *to = build_decay(&l->b, dst), *from = build_decay(&l->b, src);
    if (t->count <= UNROLL) {
        for (int64_t i = 0; i < t->count; i++) {
            Value *k = build_int(&l->b, type_scalar(TY_INT), i);
            Value *element = build_index(&l->b, to, k);
            lower_copy(l, element, build_index(&l->b, from, k), t->elem, loc);
        }
        return;
    }
    CountLoop c = count_loop_begin(l, count_of(l, t->count));
    Value *element = build_index(&l->b, to, c.i);
    lower_copy(l, element, build_index(&l->b, from, c.i), t->elem, loc);
    count_loop_end(l, &c);
}

static bool has_const_bits(const Type *t)
{
    bool found = t->kind == TY_ARRAY && has_const_bits(t->elem);
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields && !found; i++)
        found = t->fields[i].bit_width ? t->fields[i].is_const : has_const_bits(t->fields[i].type);
    return found;
}

void lower_copy(Lower *l, Value *dst, Value *src, Type *t, Loc loc)
{
    if (dst->type->elem != t)
        dst = build_ptrcast(&l->b, dst, type_ptr(t));
    if (src->type->elem != t)
        src = build_ptrcast(&l->b, src, type_ptr_q(t, true, false));
    if (t->kind == TY_ARRAY) {
        copy_array(l, dst, src, t, loc);
    } else if (t->kind != TY_RECORD) {
        lower_store(l, dst, lower_load(l, src));
    } else if (t->is_union && union_view(t) < 0 && (type_has_float(t) || type_has_pointers(t)) && union_has_parts(t)) {
        lower_check_write(l, dst);
        copy_union(&l->b, dst, src, t);
    } else if (!type_has_float(t) && (t->is_union || has_const_bits(t))) {
        copy_bytes(l, dst, src, t);
    } else if (t->is_union && union_view(t) < 0) {
        lower_unsupported(l, loc, "'%s' is copied here, and none of its members has all its numbers; copy its members, or use a struct",
                          type_spelling(t));
    } else if (t->is_union) {
        int i = union_view(t);
        Value *to = build_field(&l->b, dst, i);
        lower_copy(l, to, build_field(&l->b, src, i), t->fields[i].type, loc);
    } else {
        for (int i = 0; i < t->nfields; i++) {
            const Field *f = &t->fields[i];
            if ((f->bit_width && !f->name) || (f->type->kind == TY_ARRAY && f->type->count <= 0))
                continue; /* padding; a flexible array is not part of the value */
            Value *to = build_field(&l->b, dst, i);
            lower_copy(l, to, build_field(&l->b, src, i), f->type, loc);
        }
    }
}

static void zero_array(Lower *l, Value *dst, Type *t, Loc loc)
{
    Value *to = build_decay(&l->b, dst);
    if (t->count <= UNROLL) {
        for (int64_t i = 0; i < t->count; i++)
            lower_zero(l, build_index(&l->b, to, build_int(&l->b, type_scalar(TY_INT), i)), t->elem, loc);
        return;
    }
    CountLoop c = count_loop_begin(l, count_of(l, t->count));
    lower_zero(l, build_index(&l->b, to, c.i), t->elem, loc);
    count_loop_end(l, &c);
}

void lower_zero(Lower *l, Value *dst, Type *t, Loc loc)
{
    if (t->kind == TY_ARRAY) {
        zero_array(l, dst, t, loc);
    } else if (type_is_scalar(t)) {
        lower_store(l, dst, build_zero(&l->b, dst->type->elem));
    } else if (t->kind == TY_RECORD && t->is_union && union_view(t) < 0 && union_has_parts(t)) {
        lower_check_write(l, dst);
        clear_union(&l->b, dst, t);
    } else if (t->kind == TY_RECORD && t->is_union) {
        int i = union_view(t);
        if (i < 0)
            lower_unsupported(l, loc, "'%s' is set to zero here, and none of its members has all its numbers; use a struct",
                              type_spelling(t));
        i = i < 0 ? 0 : i;
        lower_zero(l, build_field(&l->b, dst, i), t->fields[i].type, loc);
    } else {
        for (int i = 0; i < t->nfields; i++)
            if (!(t->fields[i].bit_width && !t->fields[i].name) &&
                !(t->fields[i].type->kind == TY_ARRAY && t->fields[i].type->count <= 0))
                lower_zero(l, build_field(&l->b, dst, i), t->fields[i].type, loc);
    }
}

/* ---------------------------------------------------------------------- memcpy and its kin */

/* A pointer argument without the conversions to void *: value and what it points to (NULL: not known). */
typedef struct {
    Value *p;
    Type *elem;
} Block;

static Block block_argument(Lower *l, Expr *e)
{
    while (e->kind == EX_CAST && e->a->type->kind == TY_PTR && e->type->kind == TY_PTR &&
           (e->type->elem->kind == TY_VOID || (e->type->elem->size == 1 && e->explicit_cast)))
        e = e->a;
    Block b = {.p = lower_expr(l, e)};
    Type *t = b.p->type->kind == TY_PTR ? b.p->type->elem : NULL; /* run-time arrays: their elements */
    bool known = t && (type_is_scalar(t) || t->kind == TY_RECORD || t->kind == TY_ARRAY) && !(type_is_int(t) && t->size == 1);
    b.elem = known ? t : NULL;
    return b;
}

/* How many objects of `size` bytes there are in `bytes`: n * sizeof(T) -> n. NULL: the factor is not in sight. */
static Value *count_in(Lower *l, Expr *bytes, int64_t size)
{
    Type *t = type_scalar(TY_ULONG);
    int64_t v;
    while ((bytes->kind == EX_CAST && type_is_int(bytes->type) && bytes->type->size >= bytes->a->type->size) ||
           (bytes->kind == EX_SIZEOF && bytes->ival < 0 && bytes->a))
        bytes = bytes->a;
    if (expr_const_int(bytes, &v))
        return v % size == 0 ? build_int(&l->b, t, v / size) : NULL;
    if (bytes->kind != EX_BINARY || bytes->op != BIN_MUL)
        return NULL;
    for (int side = 0; side < 2; side++) {
        Value *count = count_in(l, side ? bytes->a : bytes->b, size);
        if (!count)
            continue;
        Value *factor = build_cast(&l->b, lower_expr(l, side ? bytes->b : bytes->a), t);
        bool one = count->def && count->def->code == OP_ICONST && count->def->ival == 1;
        return one ? factor : build_bin(&l->b, OP_MUL, factor, count);
    }
    return NULL;
}

Value *count_elements(Lower *l, Expr *bytes, Type *elem)
{
    Type *t = type_scalar(TY_ULONG);
    int64_t v;
    if (expr_const_int(bytes, &v) && v % elem->size)
        lower_unsupported(l, bytes->loc, "%lld bytes are not a whole number of objects of type '%s' (%lld bytes)", (long long)v,
                          type_spelling(elem), (long long)elem->size);
    Value *n = count_in(l, bytes, elem->size);
    if (n)
        return n;
    Op *size = op_build(&l->b, OP_SIZEOF, NULL, 0, 1);
    size->of = elem;
    size->results[0]->type = t;
    return build_bin(&l->b, OP_DIV, build_cast(&l->b, lower_expr(l, bytes), t), size->results[0]);
}

/* Pointers, which the derivative follows as it does numbers. */
static bool holds_pointers(const Type *t)
{
    return t && type_has_pointers(t) && !type_hides_numbers(t);
}

/* Addresses may be copied from `struct s *` to `void *`. */
static bool is_address(const Type *t)
{
    return t->kind == TY_PTR && t->elem->kind != TY_FUNC;
}

/* The floating type that t consists of, with nothing between: struct { double x, y, z; }. NULL: none. */
static Type *only_numbers(Type *t)
{
    Type *number = NULL;
    int64_t bytes = 0;
    t = array_base(t);
    if (t->kind != TY_RECORD)
        return type_is_float(t) || type_is_complex(t) ? t : NULL;
    for (int i = 0; i < t->nfields && !t->is_union; i++) {
        Type *of = only_numbers(t->fields[i].type);
        if (!of || (number && number != of))
            return NULL;
        number = of;
        bytes += t->fields[i].type->size;
    }
    return bytes == t->size ? number : NULL;
}

/* What is copied between the two, or NULL where no floating number can be among it. */
static Type *copied_type(Lower *l, const Block *dst, const Block *src, Expr *call)
{
    Type *t = dst->elem ? dst->elem : src->elem;
    bool addresses = dst->elem && src->elem && is_address(array_base(dst->elem)) && is_address(array_base(src->elem));
    if ((dst->elem == src->elem && holds_pointers(t)) || addresses)
        return array_base(t);
    if (!t || (dst->elem && src->elem && !type_has_float(dst->elem) && !type_has_float(src->elem)))
        return NULL;
    if (dst->elem && src->elem && array_base(dst->elem) != array_base(src->elem)) {
        Type *number = only_numbers(dst->elem);
        if (number && number == only_numbers(src->elem))
            return number;
        lower_unsupported(l, call->loc,
                          "bytes of type '%s' are copied to type '%s' here, which hides floating numbers from adgen; "
                          "copy values of one type",
                          type_spelling(src->elem), type_spelling(dst->elem));
        return NULL;
    }
    return type_has_float(t) ? array_base(t) : NULL;
}

/* n whole rows of `double a[][3]` are copied or cleared row by row: *n becomes their number. Else element by element. */
static Type *whole_rows(Lower *l, Type *row, Type *t, Expr *bytes, Value **n)
{
    *n = row && row->kind == TY_ARRAY && row->count > 0 && type_has_float(row) ? count_in(l, bytes, row->size) : NULL;
    if (*n)
        return row;
    *n = count_elements(l, bytes, t);
    return t;
}

static Block as_elements(Lower *l, Block b, Type *t)
{
    while (b.p->type->elem->kind == TY_ARRAY && b.p->type->elem != t) {
        b.p = build_decay(&l->b, b.p);
        decay_to_pointer(b.p);
    }
    if (b.p->type->elem != t)
        b.p = build_ptrcast(&l->b, b.p, type_ptr_q(t, b.p->type->elem_const, b.p->type->elem_volatile));
    return b;
}

static void copy_elements(Lower *l, Value *dst, Value *src, Value *n, Type *t, Loc loc, bool apart)
{
    int64_t count = n->def && n->def->code == OP_ICONST ? n->def->ival : -1;
    if (count == 1) {
        lower_copy(l, dst, src, t, loc);
        return;
    }
    CountLoop c = count_loop_begin(l, n);
    c.loop->is_static = apart;
    Value *to = build_index(&l->b, dst, c.i);
    lower_copy(l, to, build_index(&l->b, src, c.i), t, loc);
    count_loop_end(l, &c);
}

/* The last element first: element n - 1 - i in turn i. */
static void copy_elements_down(Lower *l, Value *dst, Value *src, Value *n, Type *t, Loc loc)
{
    CountLoop c = count_loop_begin(l, n);
    Value *last = build_bin(&l->b, OP_SUB, n, build_int(&l->b, n->type, 1));
    Value *k = build_bin(&l->b, OP_SUB, last, c.i);
    Value *to = build_index(&l->b, dst, k);
    lower_copy(l, to, build_index(&l->b, src, k), t, loc);
    count_loop_end(l, &c);
}

/* How many elements of the array that *record ends in there are in a block of so many bytes. */
static Value *open_count(Lower *l, Expr *bytes, const Type *record)
{
    const Field *last = &record->fields[type_open_end(record)];
    Value *all = build_cast(&l->b, lower_expr(l, bytes), type_scalar(TY_ULONG));
    Value *rest = build_bin(&l->b, OP_SUB, all, count_of(l, last->offset_bits / 8));
    return build_bin(&l->b, OP_DIV, rest, count_of(l, last->type->elem->size));
}

/* Is this one struct with what follows it: sizeof *v + n * sizeof v->data[0] bytes? */
static bool is_open(Lower *l, Expr *bytes, const Type *t)
{
    int64_t v;
    return type_open_end(t) >= 0 && !expr_const_int(bytes, &v) && !count_in(l, bytes, t->size);
}

static void copy_open(Lower *l, Value *dst, Value *src, Expr *bytes, const Type *t)
{
    int last = type_open_end(t);
    for (int i = 0; i < last; i++) {
        Value *to = build_field(&l->b, dst, i);
        if (!t->fields[i].bit_width || t->fields[i].name)
            lower_copy(l, to, build_field(&l->b, src, i), t->fields[i].type, bytes->loc);
    }
    Value *n = open_count(l, bytes, t);
    Value *to = build_decay(&l->b, build_field(&l->b, dst, last)), *from = build_decay(&l->b, build_field(&l->b, src, last));
    copy_elements(l, to, from, n, t->fields[last].type->elem, bytes->loc, true);
}

static void zero_open(Lower *l, Value *dst, Expr *bytes, const Type *t)
{
    int last = type_open_end(t);
    for (int i = 0; i < last; i++)
        if (!t->fields[i].bit_width || t->fields[i].name)
            lower_zero(l, build_field(&l->b, dst, i), t->fields[i].type, bytes->loc);
    Value *n = open_count(l, bytes, t), *to = build_decay(&l->b, build_field(&l->b, dst, last));
    CountLoop c = count_loop_begin(l, n);
    lower_zero(l, build_index(&l->b, to, c.i), t->fields[last].type->elem, bytes->loc);
    count_loop_end(l, &c);
}

static Value *lower_transfer(Lower *l, Expr *call, bool may_overlap)
{
    Block dst = block_argument(l, call->args[0]), src = block_argument(l, call->args[1]);
    Value *whole = dst.p;
    Type *t = dst.p->type->kind == TY_PTR && src.p->type->kind == TY_PTR ? copied_type(l, &dst, &src, call) : NULL;
    if (!t) {
        Value *bytes = lower_expr(l, call->args[2]);
        Value *args[3] = {dst.p, src.p, build_cast(&l->b, bytes, type_scalar(TY_ULONG))};
        op_build(&l->b, OP_COPY, args, 3, 0)->ival = !may_overlap;
        return lower_as(l, whole, lower_type(call->type));
    }
    if (is_open(l, call->args[2], t)) {
        if (may_overlap)
            lower_unsupported(l, call->loc, "memmove of a struct with what follows it is not supported; use memcpy");
        Value *start = as_elements(l, dst, t).p;
        copy_open(l, start, as_elements(l, src, t).p, call->args[2], t);
        return lower_as(l, whole, lower_type(call->type));
    }
    Value *n;
    t = whole_rows(l, dst.elem == src.elem ? dst.elem : NULL, t, call->args[2], &n);
    Value *to = as_elements(l, dst, t).p, *from = as_elements(l, src, t).p;
    if (!may_overlap) {
        copy_elements(l, to, from, n, t, call->loc, true);
    } else {
        Builder outer = l->b, then_, else_;
        lower_open_if(l, build_bin(&l->b, OP_LE, to, from), &then_, &else_);
        l->b = then_;
        copy_elements(l, to, from, n, t, call->loc, false);
        l->b = else_;
        copy_elements_down(l, to, from, n, t, call->loc);
        l->b = outer;
    }
    return lower_as(l, whole, lower_type(call->type));
}

Value *lower_memcpy(Lower *l, Expr *call)
{
    return lower_transfer(l, call, false);
}

Value *lower_memmove(Lower *l, Expr *call)
{
    return lower_transfer(l, call, true);
}

Value *lower_memset(Lower *l, Expr *call)
{
    Expr *where = call->args[0];
    while (where->kind == EX_CAST && where->type->kind == TY_PTR && where->type->elem->kind == TY_VOID)
        where = where->a;
    Type *t = where->type->kind == TY_PTR ? array_base(where->type->elem) : type_void();
    int64_t byte;
    bool zero = expr_const_int(expr_strip(call->args[1]), &byte) && byte == 0;
    if (!type_has_float(t) && !(zero && holds_pointers(t)))
        return lower_external(l, "memset", call);
    if (!zero)
        lower_unsupported(l, call->loc, "memset of floating numbers to bytes other than 0 is not supported; assign them in a loop");
    Block dst = block_argument(l, call->args[0]);
    Value *whole = dst.p, *n;
    if (is_open(l, call->args[2], t)) {
        zero_open(l, as_elements(l, dst, t).p, call->args[2], t);
        return lower_as(l, whole, lower_type(call->type));
    }
    t = whole_rows(l, dst.elem, t, call->args[2], &n);
    Value *to = as_elements(l, dst, t).p;
    if (n->def && n->def->code == OP_ICONST && n->def->ival == 1) {
        lower_zero(l, to, t, call->loc);
    } else {
        CountLoop c = count_loop_begin(l, n);
        lower_zero(l, build_index(&l->b, to, c.i), t, call->loc);
        count_loop_end(l, &c);
    }
    return lower_as(l, whole, lower_type(call->type));
}
