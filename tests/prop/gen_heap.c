/* gen_heap.c: arrays of structs, rows behind pointers, lists, growing arrays. */
#include "gen.h"

#include <stdio.h>
#include <string.h>

static Array *add_table(const char *name, int rows, int cols, const char *suffix)
{
    Array *a = add_array(name, rows * cols, false, true);
    a->cols = cols > 1 ? cols : 0;
    a->suffix = suffix;
    return a;
}

/* ---------------------------------------------------------------------- structs */

/* `struct Q q[3]`, whose fields are arrays with a stride. */
static void struct_array(void)
{
    const char *q = fresh("q"), *i = fresh("i");
    int n = 2 + rnd(2), form = rnd(4);
    if (form == 0) {
        line("struct Q %s[%d] = {{0}};", q, n);
    } else if (form == 1) {
        line("struct Q *%s = calloc(%d, sizeof *%s);", q, n, q);
        gen.e.heap[gen.e.nheap++] = q;
    } else {
        if (form == 2) {
            line("struct Q %s[%d];", q, n);
        } else {
            line("struct Q *%s = malloc(%d * sizeof *%s);", q, n, q);
            gen.e.heap[gen.e.nheap++] = q;
        }
        line("for (int %s = 0; %s < %d; %s++) {", i, i, n, i);
        line("    %s[%s].w = %s;", q, i, value(1));
        line("    %s[%s].k = %s %% 3;", q, i, i);
        line("    %s[%s].g[0] = %s[%s].g[1] = %s;", q, i, q, i, value(1));
        line("    %s[%s].g[2] = %s[%s].w * %s;", q, i, q, i, bounded(1));
        line("}");
    }
    add_table(q, n, 1, ".w");
    int at = rnd(n);
    add_array(text("%s[%d].g", q, at), 3, false, true);
    add_int(text("%s[%d].k", q, at), 0, 2, false, false);
    if (chance(40))
        line("%s[%d] = %s[%s];", q, rnd(n), q, index_below(n));
    if (chance(30))
        line("memcpy(&%s[0], &%s[%d], sizeof *%s);", q, q, n - 1, q);
    if (gen.e.nrecords && chance(40)) {
        const Record *r = &gen.e.record[rnd(gen.e.nrecords)];
        line("%s[%s] = %sq;", q, index_below(n), r->field);
    }
    store();
}

/* A pointer to one of several structs. */
static void chosen_struct(void)
{
    const Record *a = NULL, *b = NULL;
    for (int tries = 0; tries < 6 && gen.e.nrecords && !b; tries++) {
        const Record *r = &gen.e.record[rnd(gen.e.nrecords)];
        if (!r->is_const && !r->apart)
            *(a ? &b : &a) = r;
    }
    if (!b || gen.apart)
        return;
    const char *p = fresh("p");
    line("struct P *%s = %s ? %s : %s;", p, condition(1), a->address, b->address);
    add_struct_p(text("%s->", p), p, false);
    store();
}

/* ---------------------------------------------------------------------- rows */

/* `double *r[3]` or `double **r`: rows of their own, in one block, or parts of what is there. */
static void rows(void)
{
    const char *r = fresh("r"), *i = fresh("i"), *j = fresh("j");
    int n = 2 + rnd(2), form = gen.e.work > 1 || gen.e.in_helper ? rnd(2) : rnd(4); /* rows of their own made in a loop are refused */
    Array *a = some_target(), *b = some_target();
    if (gen.e.narrays > MANY - 6 || gen.e.nheap > MANY - 8)
        return;
    if (form == 0) {
        if (!a || !b)
            return;
        line("double *%s[2] = {%s, %s + 2};", r, a->name, b->name);
        add_table(r, 2, 4, NULL);
        store();
        return;
    }
    if (form == 1) {
        const char *block = fresh("block");
        line("double *%s = malloc(%d * sizeof *%s), *%s[%d];", block, 4 * n, block, r, n);
        line("for (int %s = 0; %s < %d; %s++)", i, i, n, i);
        line("    %s[%s] = %s + 4 * %s;", r, i, block, i);
        gen.e.heap[gen.e.nheap++] = block;
    } else {
        line("double **%s = malloc(%d * sizeof *%s);", r, n, r);
        line("for (int %s = 0; %s < %d; %s++)", i, i, n, i);
        line("    %s[%s] = malloc(4 * sizeof **%s);", r, i, r);
        gen.e.heap[gen.e.nheap++] = r;
        for (int k = 0; k < n; k++)
            gen.e.heap[gen.e.nheap++] = text("%s[%d]", r, k);
    }
    line("for (int %s = 0; %s < %d; %s++)", i, i, n, i);
    line("    for (int %s = 0; %s < 4; %s++)", j, j, j);
    line("        %s[%s][%s] = %s;", r, i, j, value(2));
    add_table(r, n, 4, NULL);
    if (chance(40)) {
        const char *t = fresh("t");
        line("double *%s = %s[0];", t, r);
        line("%s[0] = %s[1];", r, r);
        line("%s[1] = %s;", r, t);
    }
    store();
}

/* ---------------------------------------------------------------------- lists, growing arrays */

static void list(void)
{
    const char *head = fresh("head"), *s = fresh("s"), *i = fresh("i");
    int n = 2 + rnd(3);
    line("struct Node *%s = NULL;", head);
    line("for (int %s = 0; %s < %d; %s++) {", i, i, n, i);
    line("    struct Node *e = malloc(sizeof *e);");
    line("    e->v = %s;", value(1));
    line("    e->next = %s;", head);
    line("    %s = e;", head);
    line("}");
    if (chance(50)) {
        line("for (struct Node *e = %s; e; e = e->next)", head);
        line("    e->v = 0.5 * e->v * e->v + %s;", bounded(1));
    }
    line("double %s = 0;", s);
    line("for (const struct Node *e = %s; e; e = e->next)", head);
    line("    %s += %s * e->v;", s, chance(50) ? literal() : bounded(1));
    line("while (%s) {", head);
    line("    struct Node *next = %s->next;", head);
    line("    free(%s);", head);
    line("    %s = next;", head);
    line("}");
    add_scalar(s, false, false);
}

static void growing(void)
{
    const char *g = fresh("grown"), *n = fresh("len"), *c = fresh("cap"), *i = fresh("i");
    line("double *%s = NULL;", g);
    line("int %s = 0, %s = 0;", n, c);
    line("for (int %s = 0; %s < 5; %s++) {", i, i, i);
    line("    if (%s == %s) {", n, c);
    line("        %s = %s ? 2 * %s : 2;", c, c, c);
    line("        %s = realloc(%s, (size_t)%s * sizeof *%s);", g, g, c, g);
    line("    }");
    line("    %s[%s++] = %s;", g, n, value(2));
    line("}");
    gen.e.heap[gen.e.nheap++] = g;
    add_array(g, 5, false, true);
    store();
}

void heap_idiom(void)
{
    static void (*const all[])(void) = {struct_array, struct_array, chosen_struct, rows, rows, list, growing};
    all[rnd(sizeof all / sizeof *all)]();
}
