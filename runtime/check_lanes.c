/* check_lanes.c: K directions at once against K single runs, to the bit, for programs made by `adgen --check`. */
#include "check_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A block of numbers of one set, and its copy with K numbers for each. */
struct ad_ck_copy {
    ad_ck_args **set;
    size_t block, offset, bytes, number;
    char *wide;
};

static char *part_of(const struct ad_ck_copy *c, int k)
{
    return (char *)c->set[k]->block[c->block] + c->offset;
}

static void interleave(const struct ad_ck_copy *c, int lanes, int back)
{
    for (int k = 0; k < lanes; k++)
        for (size_t at = 0; at + c->number <= c->bytes; at += c->number) {
            char *one = part_of(c, k) + at, *all = c->wide + at * (size_t)lanes + (size_t)k * c->number;
            memcpy(back ? one : all, back ? all : one, c->number);
        }
}

static int block_of(const ad_ck_args *a, const char *at, size_t *offset)
{
    for (size_t i = 0; i < a->nblocks; i++) {
        const char *p = a->block[i];
        if (at >= p && (at < p + a->block_bytes[i] || at == p)) {
            *offset = (size_t)(at - p);
            return (int)i;
        }
    }
    return -1;
}

/* Arguments that overlap have copies that do. */
void *ad_ck_wide(ad_ck_wides *w, ad_ck_args **set, void *at, size_t number, size_t bytes)
{
    size_t offset = 0;
    int block = at ? block_of(set[0], at, &offset) : -1;
    if (block < 0)
        return NULL;
    size_t from = bytes ? offset : 0;
    for (int i = 0; i < w->n; i++) {
        const struct ad_ck_copy *c = &w->copy[i];
        if (c->set == set && c->block == (size_t)block && c->offset == from && !bytes == !(c->bytes < set[0]->block_bytes[block]))
            return c->wide + (offset - from) * (size_t)w->k;
    }
    w->copy = ad_ck_grow(w->copy, sizeof *w->copy * (size_t)(w->n + 1));
    struct ad_ck_copy *c = &w->copy[w->n++];
    *c = (struct ad_ck_copy){set, (size_t)block, from, bytes ? bytes : set[0]->block_bytes[block], number, NULL};
    c->wide = ad_ck_grow(NULL, c->bytes * (size_t)w->k + 1);
    interleave(c, w->k, 0);
    return c->wide + (offset - from) * (size_t)w->k;
}

void ad_ck_narrow(ad_ck_wides *w)
{
    for (int i = 0; i < w->n; i++) {
        interleave(&w->copy[i], w->k, 1);
        free(w->copy[i].wide);
    }
    free(w->copy);
}

/* ---------------------------------------------------------------------- the check */

typedef struct {
    ad_ck_args *v, *d, *h; /* by direction */
    ad_ck_args **pv, **pd, **ph;
} Sets;

static void fill(Check *c, ad_ck_args *set, ad_ck_args *rng, int lanes, ad_ck_args ***list)
{
    *list = ad_ck_grow(NULL, sizeof **list * (size_t)lanes);
    for (int k = 0; k < lanes; k++) {
        set[k] = ad_ck_shadow_new(c);
        (*list)[k] = &set[k];
        for (size_t i = 0; i < c->n; i++)
            if (ad_ck_is_input(&c->x0.leaf[i]) || ad_ck_is_output(&c->x0.leaf[i]))
                ad_ck_set(&set[k].leaf[i], (float)ad_ck_random(rng, -1, 1));
    }
}

static Sets sets_new(Check *c, int lanes)
{
    size_t bytes = sizeof(ad_ck_args) * (size_t)lanes;
    Sets s = {ad_ck_grow(NULL, bytes), ad_ck_grow(NULL, bytes), ad_ck_grow(NULL, bytes), NULL, NULL, NULL};
    ad_ck_args rng = {.random = 88172645463325253ULL};
    fill(c, s.v, &rng, lanes, &s.pv);
    fill(c, s.d, &rng, lanes, &s.pd);
    fill(c, s.h, &rng, lanes, &s.ph);
    return s;
}

static void sets_free(Sets *s, int lanes)
{
    for (int k = 0; k < lanes; k++) {
        ad_ck_args_free(&s->v[k]);
        ad_ck_args_free(&s->d[k]);
        ad_ck_args_free(&s->h[k]);
    }
    free(s->v), free(s->d), free(s->h);
    free(s->pv), free(s->pd), free(s->ph);
}

static void run_single(Check *c, Sets *s, int k)
{
    ad_ck_args a = ad_ck_args_new(c->t);
    ad_ck_call_begin();
    if (c->t->second)
        c->t->second(&a, &s->v[k], &s->d[k], &s->h[k]);
    else if (c->t->adjoint)
        c->t->adjoint(&a, &s->d[k]);
    else
        c->t->tangent(&a, &s->d[k]);
    ad_ck_args_free(&a);
}

static int differ(Check *c, const ad_ck_args *one, const ad_ck_args *many, int k)
{
    for (size_t i = 0; i < c->n; i++) {
        long double x = ad_ck_get(&one->leaf[i]), y = ad_ck_get(&many->leaf[i]);
        if (ad_ck_same_bits(&one->leaf[i], &many->leaf[i]) || (isnan(x) && isnan(y)))
            continue;
        ad_ck_say(c, "%s: of '%s', direction %d of %d: %.17Lg, alone %.17Lg", c->t->name, c->t->params[one->leaf[i].param].name, k,
                c->t->nlanes, y, x);
        c->failed = 1;
        return 1;
    }
    return 0;
}

void ad_ck_check_lanes(Check *c)
{
    int lanes = c->t->nlanes, wrong = 0;
    Sets one = sets_new(c, lanes), many = sets_new(c, lanes);
    ad_ck_args a = ad_ck_args_new(c->t);
    ad_ck_call_begin();
    c->t->lanes(&a, many.pv, many.pd, many.ph);
    ad_ck_same_effects(c, &a, "the derivative of several directions");
    for (int k = 0; k < lanes && !wrong; k++) {
        run_single(c, &one, k);
        wrong = differ(c, &one.v[k], &many.v[k], k) || differ(c, &one.d[k], &many.d[k], k) || differ(c, &one.h[k], &many.h[k], k);
    }
    ad_ck_say(c, "%d directions at once: %s", lanes, wrong ? "other bits than alone" : "the bits of single runs");
    ad_ck_args_free(&a);
    sets_free(&one, lanes);
    sets_free(&many, lanes);
}
