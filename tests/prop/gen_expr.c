/* gen_expr.c: expressions. */
#include "gen.h"

#include <stdio.h>
#include <string.h>

const char *literal(void)
{
    static const char *const some[] = {"0.5", "0.25", "0.3", "0.7", "1.0", "0.9", "-0.4", "0.6", "-0.8", "1", "0.125"};
    return some[rnd(11)];
}

/* ---------------------------------------------------------------------- indices */

Int *some_int(bool writable)
{
    for (int tries = 0; tries < 8 && gen.e.nintegers; tries++) {
        /* Inner variables are the more interesting ones. */
        int k = chance(60) && gen.e.nintegers > 3 ? gen.e.nintegers - 1 - rnd(3) : rnd(gen.e.nintegers);
        Int *v = &gen.e.integer[k];
        if (!(writable && v->is_const))
            return v;
    }
    return NULL;
}

static const char *indirect(int len)
{
    if (!gen.e.nindices)
        return NULL;
    const Index *x = &gen.e.index[rnd(gen.e.nindices)];
    const char *of = index_below(x->len);
    return x->max < len ? text("%s[%s]", x->name, of) : text("%s[%s] %% %d", x->name, of, len);
}

const char *index_below(int len)
{
    for (int tries = 0; tries < 12; tries++) {
        const Int *v = some_int(false);
        if (!v)
            break;
        int a = 1 + rnd(3), b = rnd(4);
        const Int *w = some_int(false);
        switch (rnd(10)) {
        case 0: case 1: case 2:
            if (v->lo >= 0 && v->hi < len)
                return v->name;
            break;
        case 3:
            if (v->lo + b >= 0 && v->hi + b < len && b)
                return text("%s + %d", v->name, b);
            break;
        case 4:
            if (v->lo - a >= 0 && v->hi - a < len)
                return text("%s - %d", v->name, a);
            break;
        case 5:
            if (v->lo >= 0 && v->hi <= len - 1)
                return text("%d - %s", v->hi, v->name);
            break;
        case 6:
            if (v->lo >= 0 && v->hi < 100)
                return text("(%s * %d + %d) %% %d", v->name, a, b, len);
            break;
        case 7:
            if (v->lo * a >= 0 && v->hi * a < len && a > 1)
                return text("%d * %s", a, v->name);
            break;
        case 8:
            if (v->lo + w->lo >= 0 && v->hi + w->hi < len && v != w)
                return text("%s + %s", v->name, w->name);
            break;
        default:
            if (chance(50)) {
                const char *x = indirect(len);
                if (x)
                    return x;
            }
        }
    }
    return text("%d", rnd(len));
}

const char *element(const Array *a, const char *index)
{
    if (a->suffix)
        return text("%s[%s]%s", a->name, index, a->suffix);
    if (!a->cols)
        return chance(8) ? text("*(%s + %s)", a->name, strpbrk(index, "%-") ? text("(%s)", index) : index) : text("%s[%s]", a->name, index);
    const char *row = index_below(a->len / a->cols), *col = index_below(a->cols);
    return text("%s[%s][%s]", a->name, row, col);
}

/* ---------------------------------------------------------------------- memory */

Array *some_array(bool writable, int min_len)
{
    for (int tries = 0; tries < 12 && gen.e.narrays; tries++) {
        Array *a = &gen.e.array[rnd(gen.e.narrays)];
        if (a->ready && !(writable && a->is_const) && a->len >= min_len)
            return a;
    }
    return NULL;
}

Array *whole_array(bool writable, int min_len)
{
    for (int tries = 0; tries < 20 && gen.e.narrays; tries++) {
        Array *a = &gen.e.array[rnd(gen.e.narrays)];
        if (a->ready && !(writable && a->is_const) && a->len >= min_len && !a->cols && !a->is_float && !a->suffix)
            return a;
    }
    return NULL;
}

Array *some_target(void)
{
    Array *a = gen.apart ? NULL : whole_array(true, 6);
    return a && a->apart ? NULL : a;
}

const char *some_read(void)
{
    for (int tries = 0; tries < 4; tries++) {
        int how = rnd(20);
        if (how < 11) {
            const Array *a = some_array(false, 1);
            if (a)
                return element(a, index_below(a->len));
        } else if (how < 18 && gen.e.nscalars) {
            return gen.e.scalar[rnd(gen.e.nscalars)].name;
        } else if (how == 18) {
            const Int *v = some_int(false);
            if (v)
                return chance(50) ? text("0.1 * %s", v->name) : text("(double)%s / %d.0", v->name, v->hi + 2);
        }
    }
    return gen.e.nscalars ? gen.e.scalar[rnd(gen.e.nscalars)].name : literal();
}

const char *some_lvalue(bool *is_float)
{
    for (int tries = 0; tries < 30; tries++) {
        if (chance(65)) {
            const Array *a = some_array(true, 1);
            if (!a)
                continue;
            *is_float = a->is_float;
            return element(a, index_below(a->len));
        }
        const Scalar *s = gen.e.nscalars ? &gen.e.scalar[rnd(gen.e.nscalars)] : NULL;
        if (s && !s->is_const) {
            *is_float = s->is_float;
            return s->name;
        }
    }
    return NULL;
}

/* ---------------------------------------------------------------------- values */

static const char *call_value(int depth)
{
    for (int i = 0; i < gen.nhelpers; i++)
        if ((gen.helper[i].kind == 0 || gen.helper[i].kind == 5) && chance(60))
            return text("%s(%s, %s)", gen.helper[i].name, value(depth - 1), bounded(depth - 1));
    return bounded(depth - 1);
}

static const char *wrapped(int depth)
{
    static const char *const calls[] = {"sin", "cos", "tanh", "atan", "sin", "tanh", "erf"};
    static const char *const single[] = {"sinf", "cosf", "tanhf"};
    if (gen.single && chance(50))
        return text("%s(%s)", single[rnd(3)], value(depth - 1));
    return text("%s(%s)", calls[rnd(7)], value(depth - 1));
}

const char *bounded(int depth)
{
    if (depth <= 0)
        return chance(30) ? literal() : text("sin(%s)", some_read());
    const char *r = some_read();
    switch (rnd(20)) {
    case 0: return text("%s / (1.0 + %s * %s)", r, r, r);
    case 1: return text("exp(-(%s * %s))", r, r);
    case 2: return text("%s / sqrt(1.0 + %s * %s)", r, r, r);
    case 3: return text("0.5 * (%s + %s)", bounded(depth - 1), bounded(depth - 1));
    case 4: case 5: return text("%s * %s", bounded(depth - 1), bounded(depth - 1));
    case 6: return text("(%s ? %s : %s)", condition(depth - 1), bounded(depth - 1), bounded(depth - 1));
    case 7: return text("0.3 * pow(1.5 + 0.4 * %s, 1.0 + 0.5 * %s)", bounded(0), bounded(0));
    case 8: return text("fmax(%s, %s)", bounded(depth - 1), literal());
    case 9: return text("0.5 * log(2.0 + %s)", bounded(depth - 1));
    case 10: return text("%s / (2.5 + %s)", bounded(depth - 1), bounded(depth - 1));
    case 11: return text("(%s - %s)", literal(), bounded(depth - 1));
    case 12: return call_value(depth);
    default: return wrapped(depth);
    }
}

const char *value(int depth)
{
    if (depth <= 0)
        return some_read();
    switch (rnd(12)) {
    case 0: case 1: return some_read();
    case 2: return text("%s * %s", literal(), some_read());
    case 3: return text("(%s - %s)", some_read(), bounded(depth - 1));
    case 4: return text("0.5 * (%s + %s)", value(depth - 1), value(depth - 1));
    case 5: return text("%s * %s", some_read(), bounded(depth - 1));
    case 6: return text("(%s ? %s : %s)", condition(depth - 1), value(depth - 1), value(depth - 1));
    case 7: return text("-(%s)", some_read());
    case 8: return text("fabs(%s)", some_read());
    default: return bounded(depth);
    }
}

/* ---------------------------------------------------------------------- conditions */

static const char *int_condition(void)
{
    const Int *v = some_int(false);
    if (!v)
        return chance(50) ? "1" : text("%s > 0.1", some_read());
    int mid = v->lo + (v->hi - v->lo + 1) / 2;
    switch (rnd(6)) {
    case 0: return text("%s %% 2 == %d", v->name, v->lo >= 0 ? rnd(2) : 0);
    case 1: return text("%s > %d", v->name, mid > 0 ? mid - 1 : 0);
    case 2: return text("%s != %d", v->name, mid);
    case 3: return text("%s == %d", v->name, v->hi > 0 ? v->hi : 0);
    case 4: return text("%s %% 3", v->name);
    default: return text("%s < %d", v->name, mid > 1 ? mid : 1);
    }
}

const char *condition(int depth)
{
    switch (rnd(depth > 0 ? 10 : 7)) {
    case 0: case 1: case 2: return int_condition();
    case 3: return text("%s > %s", some_read(), literal());
    case 4: return text("%s < %s", some_read(), bounded(0));
    case 5: return text("fabs(%s) < 0.6", some_read());
    case 6: return int_condition();
    case 7: return text("%s && %s > %s", int_condition(), some_read(), literal()); /* no two that exclude each other: compilers warn */
    case 8: return text("fabs(%s) < 0.4 || %s", some_read(), int_condition());
    default: return text("!(%s)", condition(0));
    }
}
