/* gen_stmt.c: statements. */
#include "gen.h"

#include <stdio.h>
#include <string.h>

enum { MAX_WORK = 300 };

/* ---------------------------------------------------------------------- scopes */

void open_scope(Env *saved)
{
    *saved = gen.e;
    gen.e.depth++;
}

/* What was declared is gone; what was first written is only known to be if the region is always executed. */
void close_scope(const Env *saved, bool executed)
{
    Env inner = gen.e;
    bool exits = inner.loop_exits;
    gen.e = *saved;
    gen.e.loop_exits = exits;
    for (int i = 0; executed && i < saved->narrays; i++)
        gen.e.array[i].ready = inner.array[i].ready;
}

void frees(int from)
{
    for (int i = gen.e.nheap; i-- > from;)
        line("free(%s);", gen.e.heap[i]);
}

void body(int count)
{
    Env saved = gen.e;
    for (int i = 0; i < count; i++)
        statement();
    frees(saved.nheap);
    if (gen.e.nheap > saved.nheap)
        close_scope(&saved, true); /* nothing may point to what is freed */
}

void block(int count)
{
    Env saved;
    open_scope(&saved);
    body(count);
    close_scope(&saved, false);
}

Array *add_array(const char *name, int len, bool is_float, bool ready)
{
    if (gen.e.narrays == MANY)
        gen.e.narrays--;
    Array *a = &gen.e.array[gen.e.narrays++];
    *a = (Array){.name = name, .len = len, .is_float = is_float, .ready = ready};
    return a;
}

void add_scalar(const char *name, bool is_float, bool is_const)
{
    if (gen.e.nscalars < MANY)
        gen.e.scalar[gen.e.nscalars++] = (Scalar){name, is_float, is_const};
}

void add_int(const char *name, int lo, int hi, bool is_unsigned, bool is_const)
{
    if (gen.e.nintegers < MANY)
        gen.e.integer[gen.e.nintegers++] = (Int){name, lo, hi, is_unsigned, is_const};
}

void add_struct_p(const char *field, const char *address, bool is_const)
{
    add_scalar(text("%su", field), false, is_const);
    add_scalar(text("%sq.w", field), false, is_const);
    add_array(text("%sv", field), LEN, false, true)->is_const = is_const;
    add_array(text("%sq.g", field), 3, false, true)->is_const = is_const;
    add_int(text("%sq.k", field), 0, 2, false, is_const);
    if (gen.e.nrecords < MANY)
        gen.e.record[gen.e.nrecords++] = (Record){field, address, is_const, false};
}

/* ---------------------------------------------------------------------- simple statements */

void store(void)
{
    bool is_float;
    const char *lv = some_lvalue(&is_float);
    if (!lv)
        return;
    int how = rnd(13);
    if (gen.e.work > 12 && (how == 5 || how == 6)) /* many times 1.1 is much */
        how = 3;
    switch (how) {
    case 0: case 1: line("%s = %s;", lv, value(2)); break;
    case 2: line("%s = 0.6 * %s + %s;", lv, some_read(), bounded(2)); break;
    case 3: case 4: line("%s += %s;", lv, bounded(2)); break;
    case 5: line("%s += 0.1 * %s;", lv, some_read()); break;
    case 6: line("%s -= 0.2 * %s;", lv, value(1)); break;
    case 7: line("%s *= %s;", lv, bounded(1)); break;
    case 8: line("%s /= 1.6 + 0.5 * %s;", lv, bounded(0)); break;
    case 9: line("%s = %s %s %s;", lv, lv, chance(50) ? "+" : "-", bounded(1)); break;
    case 10: line("%s = %s;", lv, bounded(3)); break;
    case 11: line("%s = %s;", lv, chance(40) ? "0" : some_read()); break;
    default: line("%s = 0.6 * %s * %s + 0.3 * %s;", lv, some_read(), bounded(1), lv);
    }
}

void declare_scalar(void)
{
    bool is_float = gen.single && chance(40);
    const char *s = fresh("s"), *type = is_float ? "float" : "double";
    if (chance(80)) {
        line("%s %s = %s;", type, s, chance(20) ? "0" : value(2));
    } else {
        line("%s %s;", type, s);
        line("if (%s)", condition(1));
        line("    %s = %s;", s, value(1));
        line("else");
        line("    %s = %s;", s, value(1));
    }
    add_scalar(s, is_float, false);
}

/* ---------------------------------------------------------------------- arrays */

void fill(Array *a)
{
    const char *name = a->name, *i = fresh("i");
    if (a->cols) {
        const char *j = fresh("j");
        line("for (int %s = 0; %s < %d; %s++)", i, i, a->len / a->cols, i);
        line("    for (int %s = 0; %s < %d; %s++)", j, j, a->cols, j);
        line("        %s[%s][%s] = %s;", name, i, j, value(1));
    } else if (chance(15) && !a->is_float) {
        const Array *b = whole_array(false, a->len);
        if (b)
            line("memcpy(%s, %s, %d * sizeof *%s);", name, b->name, a->len, name);
        else
            line("memset(%s, 0, %d * sizeof *%s);", name, a->len, name);
    } else {
        Env saved = gen.e;
        int form = rnd(3);
        if (form == 0)
            line("for (int %s = %d; %s >= 0; %s--)", i, a->len - 1, i, i);
        else if (form == 1)
            line("for (unsigned %s = %d; %s-- > 0;)", i, a->len, i);
        else
            line("for (int %s = 0; %s < %d; %s++)", i, i, a->len, i);
        add_int(i, 0, a->len - 1, form == 1, true);
        line("    %s[%s] = %s;", name, i, value(2));
        gen.e = saved;
    }
    a->ready = true;
}

void declare_array(void)
{
    bool is_float = gen.single && chance(40);
    const char *t = fresh("t"), *type = is_float ? "float" : "double";
    int len = LEN;
    switch (rnd(8)) {
    case 0:
        len = 4 + rnd(4);
        line("%s %s[%d] = {0};", type, t, len);
        add_array(t, len, is_float, true);
        return;
    case 1:
        line("%s %s[4] = {0.3, %s};", type, t, value(1));
        add_array(t, 4, is_float, true);
        return;
    case 2: {
        line("%s %s[3][4]%s;", type, t, chance(50) ? " = {{0}}" : "");
        Array *a = add_array(t, 12, is_float, false);
        a->cols = 4;
        fill(a);
        return;
    }
    case 3:
        len = gen.n + 1;
        line("%s %s[n + 1];", type, t);
        break;
    case 4: case 5: {
        bool zeroed = chance(40);
        if (zeroed)
            line("%s *%s = calloc(LEN, sizeof *%s);", type, t, t);
        else
            line("%s *%s = malloc(LEN * sizeof *%s);", type, t, t);
        gen.e.heap[gen.e.nheap++] = t;
        Array *a = add_array(t, LEN, is_float, zeroed);
        if (!zeroed && chance(60))
            fill(a);
        return;
    }
    default:
        line("%s %s[LEN];", type, t);
    }
    Array *a = add_array(t, len, is_float, false);
    if (chance(50))
        fill(a);
}

static bool fill_something(void)
{
    for (int i = gen.e.narrays; i-- > 0;)
        if (!gen.e.array[i].ready && chance(60)) {
            fill(&gen.e.array[i]);
            return true;
        }
    return false;
}

/* ---------------------------------------------------------------------- control flow */

/* What loops with a counter are there; *lo, *hi: its range in the body. Returns the least number of trips. */
static int counted_head(const char *i, int *lo, int *hi, bool *is_unsigned)
{
    int n = gen.n;
    const Int *o = some_int(false);
    bool outer = o && o->is_const && o->lo >= 0 && o->hi < LEN && o->lo < o->hi && !o->is_unsigned && chance(60);
    *lo = 0;
    *hi = n - 1;
    *is_unsigned = false;
    switch (outer ? rnd(4) : 4 + rnd(10)) {
    case 0: line("for (int %s = 0; %s <= %s; %s++) {", i, i, o->name, i); *hi = o->hi; return o->lo + 1;
    case 1: line("for (int %s = %s + 1; %s < n; %s++) {", i, o->name, i, i); *lo = o->lo + 1; *hi = n - 1 > *lo ? n - 1 : *lo; return 0;
    case 2: line("for (int %s = %s; %s > 0; %s--) {", i, o->name, i, i); *lo = 1; *hi = o->hi > 1 ? o->hi : 1; return o->lo;
    case 3: line("for (int %s = %s; %s < LEN; %s += 3) {", i, o->name, i, i); *lo = o->lo; *hi = LEN - 1; return 1;
    case 4: line("for (int %s = n - 1; %s >= 0; %s--) {", i, i, i); return n;
    case 5: line("for (int %s = 1; %s < n; %s += 2) {", i, i, i); *lo = 1; return 1;
    case 6: line("for (int %s = 1; %s <= n; %s++) {", i, i, i); *lo = 1; *hi = n; return n;
    case 7: line("for (unsigned %s = (unsigned)n; %s-- > 0;) {", i, i); *is_unsigned = true; return n;
    case 8: line("for (size_t %s = 0; %s < 5; %s++) {", i, i, i); *hi = 4; *is_unsigned = true; return 5;
    case 9: line("for (int %s = 0; %s != n; ++%s) {", i, i, i); return n;
    case 10: line("for (long %s = n; %s > 0; %s -= 3) {", i, i, i); *lo = 1; *hi = n; return 1;
    default: line("for (int %s = 0; %s < n; %s++) {", i, i, i); return n;
    }
}

int open_loop(const char **counter)
{
    int lo, hi;
    bool is_unsigned;
    *counter = fresh("i");
    int trips = counted_head(*counter, &lo, &hi, &is_unsigned);
    gen.e.work *= hi - lo + 1;
    gen.e.can_break = gen.e.can_continue = true;
    gen.e.loop_exits = false;
    gen.e.loop_heap = gen.e.nheap;
    add_int(*counter, lo, hi, is_unsigned, true);
    return trips;
}

/* Ends the body of a loop. */
static void close_loop(const Env *saved, int trips, const char *tail)
{
    bool whole = trips > 0 && !gen.e.loop_exits;
    close_scope(saved, whole);
    gen.e.loop_exits = saved->loop_exits;
    line("}%s", tail);
}

static void for_loop(void)
{
    Env saved;
    const char *i;
    int at = mark();
    open_scope(&saved);
    gen.e.depth--;
    int trips = open_loop(&i);
    gen.e.depth++;
    if (gen.e.work > MAX_WORK) {
        close_scope(&saved, false);
        gen.e.loop_exits = saved.loop_exits;
        cut(at);
        return;
    }
    if (chance(30))
        fill_something();
    body(1 + rnd(4));
    close_loop(&saved, trips, "");
}

static void while_loop(void)
{
    Env saved;
    const char *k = fresh("k");
    if (gen.e.work * gen.n > MAX_WORK)
        return;
    line("int %s = 0;", k);
    bool at_end = chance(50);
    open_scope(&saved);
    gen.e.depth--;
    if (at_end)
        line("do {");
    else
        line(chance(70) ? "while (%s < n) {" : "for (; %s < n;) {", k);
    gen.e.depth++;
    gen.e.work *= gen.n;
    gen.e.can_break = true;
    gen.e.can_continue = at_end;
    gen.e.loop_exits = false;
    gen.e.loop_heap = gen.e.nheap;
    add_int(k, 0, gen.n - 1, false, true);
    body(1 + rnd(3));
    if (!at_end)
        line("%s++;", k);
    close_loop(&saved, 1, at_end ? text(" while (++%s < n);", k) : "");
}

/* How often it runs depends on values that carry derivatives. */
static void converging_loop(void)
{
    Env saved;
    const char *r = fresh("r"), *k = fresh("k");
    if (gen.e.work * 6 > MAX_WORK)
        return;
    line("double %s = 1.0 + 0.4 * %s;", r, bounded(1));
    line("int %s = 0;", k);
    open_scope(&saved);
    gen.e.depth--;
    line("while (fabs(%s) > 0.15 && %s < 6) {", r, k);
    gen.e.depth++;
    gen.e.work *= 6;
    gen.e.can_break = true;
    gen.e.can_continue = false;
    gen.e.loop_exits = false;
    gen.e.loop_heap = gen.e.nheap;
    add_int(k, 0, 5, false, true);
    add_scalar(r, false, true);
    if (chance(50))
        line("%s = 0.5 * %s + 0.1 * %s;", r, r, bounded(1));
    body(1 + rnd(3));
    line("%s -= (%s * %s * %s - 0.2 * %s) / (3.0 * %s * %s + 1.0);", r, r, r, r, bounded(0), r, r);
    line("%s++;", k);
    close_loop(&saved, 0, "");
    add_scalar(r, false, false);
}

static void if_statement(void)
{
    line("if (%s) {", condition(2));
    block(1 + rnd(3));
    if (chance(50)) {
        line("} else {");
        block(1 + rnd(3));
    }
    line("}");
}

static void switch_statement(void)
{
    const Int *v = some_int(false);
    if (!v || v->lo < 0)
        return;
    bool could_break = gen.e.can_break;
    line("switch (%s %% 3) {", v->name);
    gen.e.can_break = false;
    for (int k = 0; k < 3; k++) {
        line(k < 2 ? "case %d: {" : "default: {", k);
        block(1 + rnd(2));
        if (k == 2 || chance(70)) {
            line("} break;");
        } else {
            line("}");
            line("/* fall through */");
        }
    }
    line("}");
    gen.e.can_break = could_break;
}

static void loop_exit(void)
{
    bool leaves = gen.e.can_break && chance(50);
    if (!leaves && !gen.e.can_continue)
        return;
    gen.e.loop_exits = true;
    line("if (%s) {", condition(1));
    gen.e.depth++;
    if (chance(40))
        store();
    frees(gen.e.loop_heap);
    line(leaves ? "break;" : "continue;");
    gen.e.depth--;
    line("}");
}

static void early_return(void)
{
    line("if (%s) {", condition(1));
    gen.e.depth++;
    const char *result = value(2);
    if (gen.e.nheap && gen.e.returns_value) {
        line("double out = %s;", result);
        result = "out";
    }
    frees(0);
    if (gen.e.returns_value)
        line("return %s;", result);
    else
        line("return;");
    gen.e.depth--;
    line("}");
}

/* ---------------------------------------------------------------------- integers */

static void integer_statement(void)
{
    Int *v = some_int(true);
    if (!v || chance(40)) {
        const char *k = fresh("k");
        line("int %s = %d;", k, rnd(3));
        add_int(k, 0, 4, false, false);
        return;
    }
    const Int *w = some_int(false);
    int modulus = v->hi + 1;
    if (w && w->lo >= 0 && chance(60))
        line("%s = (int)(%s * 2 + %s) %% %d;", v->name, v->name, w->name, modulus);
    else if (chance(50))
        line("%s = (%s + 1) %% %d;", v->name, v->name, modulus);
    else
        line("%s = %s ? %d : %d;", v->name, condition(0), v->lo, v->hi);
}

static void index_statement(void)
{
    for (int i = 0; i < gen.e.nindices; i++) {
        const Index *x = &gen.e.index[i];
        if (!x->is_const && chance(50)) {
            const char *at = index_below(x->len);
            if (chance(50))
                line("%s[%s] = (%s[%s] + 1) %% %d;", x->name, at, x->name, index_below(x->len), x->max + 1);
            else
                line("%s[%s] = (int)(%s);", x->name, at, index_below(x->max + 1));
            return;
        }
    }
    const char *x = fresh("ix"), *i = fresh("i");
    int len = 5 + rnd(3);
    line("int %s[%d];", x, len);
    line("for (int %s = 0; %s < %d; %s++)", i, i, len, i);
    line("    %s[%s] = (%s * %d + %d) %% %d;", x, i, i, 2 + rnd(4), rnd(4), len);
    if (gen.e.nindices < MANY)
        gen.e.index[gen.e.nindices++] = (Index){x, len, len - 1, false};
}

/* ---------------------------------------------------------------------- any */

static void one_statement(void)
{
    int k = rnd(100);
    bool deep = gen.e.depth > 4;
    if (k < 30) store();
    else if (k < 46) deep ? store() : for_loop();
    else if (k < 54) deep ? store() : if_statement();
    else if (k < 57) deep ? store() : switch_statement();
    else if (k < 63) declare_scalar();
    else if (k < 69) declare_array();
    else if (k < 72) { if (!fill_something()) store(); }
    else if (k < 75) deep ? store() : while_loop();
    else if (k < 77) deep ? store() : converging_loop();
    else if (k < 80) loop_exit();
    else if (k < 81) early_return();
    else if (k < 84) integer_statement();
    else if (k < 85) index_statement();
    else if (k < 88) heap_idiom();
    else if (k < 90) flow_idiom();
    else if (k < 95) value_idiom();
    else idiom();
}

void statement(void)
{
    int at = mark(), id = gen.statements++;
    if (gen.budget-- > 0)
        one_statement();
    else if (chance(50))
        store();
    if (is_deleted(id))
        cut(at);
}
