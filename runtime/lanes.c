/* lanes.c: K directions at once through a function that takes one. */
#include "adgen_rt.h"

#include <stdlib.h>
#include <string.h>

/* n elements of `size` bytes for each of the K directions, innermost. Parts that overlap share one copy of the direction at hand. */
typedef struct {
    unsigned char *at, *end; /* all that it shares a copy with */
    unsigned char *given, *copy;
    size_t size, first;      /* the part that owns the copy */
    int written;
} ad_lane_part;

typedef struct {
    void *at, *entry; /* what is there before each call */
    size_t size;
} ad_lane_kept;

struct ad_lanes {
    size_t k, direction, nparts, nkept;
    ad_lane_part *parts;
    ad_lane_kept *kept;
};

static void *lane_resized(void *p, size_t n, size_t size)
{
    p = realloc(p, n * size);
    if (!p)
        ad_out_of_memory(n * size);
    return p;
}

ad_lanes *ad_lanes_new(size_t k)
{
    ad_lanes *l = lane_resized(NULL, 1, sizeof *l);
    memset(l, 0, sizeof *l);
    l->k = k;
    return l;
}

void ad_lanes_add(ad_lanes *l, const void *d, size_t n, size_t size, int written)
{
    ad_lane_part part = {0};
    part.given = part.at = (unsigned char *)(size_t)d;
    part.end = d ? part.at + n * size * l->k : part.at;
    part.size = size;
    part.first = l->nparts;
    part.written = written;
    l->parts = lane_resized(l->parts, l->nparts + 1, sizeof part);
    l->parts[l->nparts++] = part;
}

void ad_lanes_keep(ad_lanes *l, void *p, size_t n, size_t size)
{
    ad_lane_kept kept = {0};
    if (!p || n == 0)
        return;
    kept.at = p;
    kept.size = n * size;
    kept.entry = lane_resized(NULL, n, size);
    memcpy(kept.entry, p, kept.size);
    l->kept = lane_resized(l->kept, l->nkept + 1, sizeof kept);
    l->kept[l->nkept++] = kept;
}

/* Joins part i with those before it that it overlaps, until none is left. */
static void lane_join(ad_lanes *l, size_t i)
{
    ad_lane_part *p = &l->parts[i];
    for (size_t j = 0; j < l->nparts; j++) {
        ad_lane_part *q = &l->parts[j];
        if (q->first == p->first || p->at >= q->end || q->at >= p->end)
            continue;
        ad_lane_part both = *p;
        both.at = q->at < p->at ? q->at : p->at;
        both.end = q->end > p->end ? q->end : p->end;
        both.written |= q->written;
        both.first = q->first < p->first ? q->first : p->first;
        size_t old[2] = {p->first, q->first};
        for (size_t m = 0; m < l->nparts; m++)
            if (l->parts[m].first == old[0] || l->parts[m].first == old[1]) {
                l->parts[m].at = both.at;
                l->parts[m].end = both.end;
                l->parts[m].first = both.first;
                l->parts[m].written = both.written;
            }
        j = (size_t)-1; /* again: it has grown */
    }
}

static void lane_start(ad_lanes *l)
{
    for (size_t i = 0; i < l->nparts; i++)
        if (l->parts[i].at != l->parts[i].end)
            lane_join(l, i);
    for (size_t i = 0; i < l->nparts; i++) {
        ad_lane_part *p = &l->parts[i], *owner = &l->parts[p->first];
        if (p == owner && p->at != p->end)
            p->copy = lane_resized(NULL, (size_t)(p->end - p->at) / l->k, 1);
    }
}

/* Between the K numbers of each element and the copy of the direction at hand. */
static void lane_move(const ad_lanes *l, const ad_lane_part *p, int back)
{
    unsigned char *one = p->copy, *d = p->at + l->direction * p->size;
    for (; d < p->end; d += l->k * p->size, one += p->size)
        memcpy(back ? d : one, back ? one : d, p->size);
}

void ad_lanes_take(ad_lanes *l, size_t direction)
{
    if (direction == 0)
        lane_start(l);
    l->direction = direction;
    for (size_t i = 0; i < l->nkept && direction > 0; i++)
        memcpy(l->kept[i].at, l->kept[i].entry, l->kept[i].size);
    for (size_t i = 0; i < l->nparts; i++)
        if (l->parts[i].copy)
            lane_move(l, &l->parts[i], 0);
}

void *ad_lane(const ad_lanes *l, size_t part)
{
    const ad_lane_part *p = &l->parts[part], *owner = &l->parts[p->first];
    return owner->copy ? owner->copy + (size_t)(p->given - p->at) / l->k : p->given;
}

void ad_lanes_put(ad_lanes *l)
{
    for (size_t i = 0; i < l->nparts; i++)
        if (l->parts[i].copy && l->parts[i].written)
            lane_move(l, &l->parts[i], 1);
}

void ad_lanes_free(ad_lanes *l)
{
    for (size_t i = 0; i < l->nparts; i++)
        free(l->parts[i].copy);
    for (size_t i = 0; i < l->nkept; i++)
        free(l->kept[i].entry);
    free(l->parts);
    free(l->kept);
    free(l);
}
