/* checkpoint_test.c: runtime/checkpoint.c. Every state that is got is the right one, and the number of steps that are run again is the least there
 * can be with so many snapshots, by dynamic programming. */
#include "adgen_rt.h"

#include <criterion/criterion.h>
#include <stdlib.h>

enum { SLOTS = 12, STEPS = 160 };

static size_t known[2][SLOTS][STEPS];

/* The fewest steps run forward to reverse `steps` of them with s snapshots, that of the first included. swept: the loop itself has been through
 * to its end, which is not counted. */
static size_t fewest(int swept, size_t s, size_t steps)
{
    size_t best = steps * (steps - 1) / 2, *k = &known[swept][s][steps];
    if (steps < 2 || s < 2)
        return best;
    if (*k)
        return *k - 1;
    for (size_t m = 1; m < steps; m++) {
        size_t n = (swept ? 0 : m) + fewest(swept, s - 1, steps - m) + fewest(0, s, m);
        best = n < best ? n : best;
    }
    *k = best + 1;
    return best;
}

/* Runs and reverses a loop whose state is the number of its step; returns how many steps were run again. */
static size_t reverse(size_t slots, size_t steps, int counted)
{
    ad_checkpoints cp;
    unsigned char *memory = malloc((slots + 1) * (sizeof(size_t) + sizeof(size_t)));
    size_t state = 0, again = 0, last = 77;
    ad_checkpoint_start(&cp, memory, sizeof state, slots, counted ? steps : AD_STEPS_UNKNOWN);
    for (size_t k = 0; k < steps; k++, state++)
        if (ad_checkpoint_due(&cp, k))
            ad_checkpoint_put(&cp, &state, sizeof state);
    if (!counted)
        ad_checkpoint_finish(&cp, steps);
    ad_checkpoint_last(&cp);
    ad_checkpoint_put(&cp, &last, sizeof last);
    for (size_t k = steps; k-- > 0;) {
        size_t from = ad_checkpoint_back(&cp, k);
        ad_checkpoint_get(&cp, &state, sizeof state);
        cr_assert_eq(state, from);
        for (size_t j = from; j < k; j++, state++, again++)
            if (ad_checkpoint_due(&cp, j))
                ad_checkpoint_put(&cp, &state, sizeof state);
        cr_assert_eq(state, k, "step %zu of %zu with %zu snapshots: the state is that of %zu", k, steps, slots, state);
        cr_assert(cp.used <= slots);
    }
    last = 0;
    ad_checkpoint_last(&cp);
    ad_checkpoint_get(&cp, &last, sizeof last);
    cr_assert(steps == 0 || last == 77);
    free(memory);
    return again;
}

Test(checkpoint, fewest_steps)
{
    for (size_t slots = 1; slots < SLOTS; slots++)
        for (size_t steps = 0; steps < STEPS; steps++)
            cr_assert_eq(reverse(slots, steps, 1), steps ? fewest(1, slots, steps) : 0, "%zu snapshots, %zu steps", slots, steps);
}

Test(checkpoint, unknown_number_of_steps)
{
    for (size_t slots = 1; slots < SLOTS; slots++)
        for (size_t steps = 0; steps < 3 * STEPS; steps++)
            reverse(slots, steps, 0);
    cr_assert(reverse(64, 10000, 0) < 3 * 10000);
}

Test(checkpoint, number_of_snapshots)
{
    cr_assert_eq(ad_checkpoint_slots(0), 1);
    cr_assert_eq(ad_checkpoint_slots(1), 1);
    for (size_t steps = 2; steps < 100000; steps = steps * 3 / 2) {
        size_t slots = ad_checkpoint_slots(steps);
        cr_assert(reverse(slots, steps, 1) <= 3 * steps);
        cr_assert(slots < 4 || slots * slots * slots < 10 * steps);
    }
    cr_assert(ad_checkpoint_slots((size_t)-1) > 1000);
}
