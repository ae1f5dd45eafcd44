/* slices.c: what pointer arithmetic with unsigned numbers tells about them.
 *
 *     float *memory = malloc((rows * (2 * C + vocab) + T) * sizeof(float)), *norm = memory + rows * C, *logits = norm + rows * C,
 *           *att = logits + rows * vocab;                       rows, C: size_t; vocab: int
 *
 * C11 6.5.6 adds the number, not what it wraps to: memory + rows * vocab leaves every object if rows * vocab is below 0 as a signed
 * number (and clang and UBSan take it so). Where an access through att happens, rows * vocab >= 0: att lies behind logits, although
 * nothing says that vocab is not negative. Only single products that are the same in all iterations are read, and nothing is read from
 * p[-n] with an unsigned n, which the rule forbids as well, but programs have.
 */
#include "analysis.h"

static bool is_outside_loops(const MemInfo *m, const Term *t)
{
    for (int k = 0; k < POLY_DEGREE && t->sym[k] >= 0; k++)
        if (m->depth[t->sym[k] / POLY_SIDES] > 0)
            return false;
    return true;
}

int slice_products(const MemInfo *m, const Value *address, Term *out, int most)
{
    int n = 0;
    for (const Value *v = address; !pass_options.no_slices && n < most && v && v->def && op_info[v->def->code].kind == KIND_ADDR;
         v = v->def->args[0]) {
        const Op *op = v->def;
        if (op->code != OP_INDEX || op->nargs != 2 || type_is_signed(op->args[1]->type) || op->args[1]->type->size != 8)
            continue;
        Poly p = poly_of_value(m, op->args[1]);
        if (!p.known || p.n != 1 || p.c != 0 || p.t[0].coef <= 0 || !is_outside_loops(m, &p.t[0]))
            continue;
        out[n] = p.t[0];
        out[n++].coef = 1;
    }
    return n;
}
