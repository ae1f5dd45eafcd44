/* checkpoint.c: when the state of a loop is put aside, and which of these states the reverse sweep starts again from. Binomial schedules as in
 * revolve (A. Griewank and A. Walther, Algorithm 799, 2000); while the number of steps is not known, snapshots at multiples of a stride,
 * which doubles when there is no more room. The memory is the caller's: slots + 1 pieces, each a step number and a state. */
#include "adgen_rt.h"

/* How many steps can be reversed with s snapshots, the first step's state included, when none is run forward again more than r times:
 * the binomial coefficient of s + r over s; SIZE_MAX where that is too large. */
static size_t reach(size_t s, size_t r)
{
    size_t n = 1;
    for (size_t i = 1; i <= r; i++) {
        if (n > ((size_t)-1 >> 1) / (s + i))
            return (size_t)-1;
        n = n * (s + i) / i;
    }
    return n;
}

size_t ad_checkpoint_slots(size_t steps)
{
    const size_t repetitions = 3;
    size_t s = 1;
    while (s < steps && reach(s, repetitions) < steps)
        s++;
    return s;
}

/* How many steps after the first of `steps` the next state is to be put aside, with s snapshots, that of the first included; 0: none. */
static size_t next_distance(size_t steps, size_t s)
{
    size_t r = 1;
    if (s < 2 || steps < 2)
        return 0;
    while (reach(s, r) < steps)
        r++;
    size_t left = reach(s, r - 1), right = steps - reach(s - 1, r - 1);
    return left < right ? left : right;
}

static unsigned char *slot_at(const ad_checkpoints *cp, size_t slot)
{
    return cp->memory + slot * (cp->bytes + sizeof(size_t));
}

static size_t step_of(const ad_checkpoints *cp, size_t slot)
{
    size_t step;
    memcpy(&step, slot_at(cp, slot), sizeof step);
    return step;
}

/* Begins to read or write a slot. */
static void open_slot(ad_checkpoints *cp, size_t slot)
{
    cp->at = slot_at(cp, slot) + sizeof(size_t);
}

void ad_checkpoint_start(ad_checkpoints *cp, void *memory, size_t bytes, size_t slots, size_t steps)
{
    cp->memory = (unsigned char *)memory;
    cp->bytes = bytes;
    cp->slots = slots;
    cp->used = 0;
    cp->next = 0;
    cp->end = steps;
    cp->stride = steps == AD_STEPS_UNKNOWN ? 1 : 0;
}

/* Every second snapshot goes. */
static void thin_out(ad_checkpoints *cp)
{
    size_t kept = 0;
    for (size_t i = 0; i < cp->used; i += 2, kept++)
        if (kept != i)
            memcpy(slot_at(cp, kept), slot_at(cp, i), cp->bytes + sizeof(size_t));
    cp->used = kept;
    cp->stride *= 2;
}

int ad_checkpoint_due(ad_checkpoints *cp, size_t step)
{
    if (step != cp->next || (cp->used == cp->slots && !cp->stride))
        return 0;
    if (cp->used == cp->slots) {
        thin_out(cp);
        cp->next = (step + cp->stride - 1) / cp->stride * cp->stride;
        if (cp->next != step || cp->used == cp->slots)
            return 0;
    }
    memcpy(slot_at(cp, cp->used), &step, sizeof step);
    open_slot(cp, cp->used++);
    if (cp->stride)
        cp->next = step + cp->stride;
    else
        cp->next = step + next_distance(cp->end - step, cp->slots - cp->used + 1);
    return 1;
}

void ad_checkpoint_finish(ad_checkpoints *cp, size_t steps)
{
    cp->end = steps;
    cp->stride = 0;
}

size_t ad_checkpoint_back(ad_checkpoints *cp, size_t step)
{
    while (cp->used > 1 && step_of(cp, cp->used - 1) > step)
        cp->used--;
    size_t from = step_of(cp, cp->used - 1);
    open_slot(cp, cp->used - 1);
    cp->end = step + 1;
    size_t distance = next_distance(cp->end - from, cp->slots - cp->used + 1);
    cp->next = distance && from + distance < step ? from + distance : from;
    return from;
}

void ad_checkpoint_last(ad_checkpoints *cp)
{
    open_slot(cp, cp->slots);
}

void ad_checkpoint_put(ad_checkpoints *cp, const void *p, size_t bytes)
{
    if (!bytes || !cp->end)
        return;
    memcpy(cp->at, p, bytes);
    cp->at += bytes;
}

void ad_checkpoint_get(ad_checkpoints *cp, void *p, size_t bytes)
{
    if (!bytes || !cp->end)
        return;
    memcpy(p, cp->at, bytes);
    cp->at += bytes;
}

void ad_checkpoint_get_const(ad_checkpoints *cp, void *p, size_t bytes)
{
    if (!bytes || !cp->end)
        return;
    if (memcmp(p, cp->at, bytes))
        memcpy(p, cp->at, bytes);
    cp->at += bytes;
}
