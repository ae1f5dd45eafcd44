/* limit.c: --max-tape: memory for kept values within a limit. *left says how much of it is left. */
#include "adgen_rt.h"

#include <stdlib.h>

/* Before each piece of memory stands its size. */
#define LIMIT_HEADER ((size_t)16)

void ad_limit_use(size_t *left, size_t bytes)
{
    if (bytes > *left) {
        ad_out_of_memory(bytes);
        abort(); /* a replacement that returned: going on would be undefined */
    }
    *left -= bytes;
}

void *ad_limit_alloc(size_t *left, size_t n, size_t size)
{
    size_t bytes = ad_size_mul(n, size);
    bytes = bytes > (size_t)-1 - LIMIT_HEADER ? (size_t)-1 : bytes + LIMIT_HEADER;
    ad_limit_use(left, bytes);
    unsigned char *p = (unsigned char *)ad_tape_alloc(bytes, 1);
    memcpy(p, &bytes, sizeof bytes);
    return p + LIMIT_HEADER;
}

void ad_limit_free(size_t *left, void *p)
{
    if (!p)
        return;
    unsigned char *start = (unsigned char *)p - LIMIT_HEADER;
    size_t bytes;
    memcpy(&bytes, start, sizeof bytes);
    *left += bytes;
    free(start);
}

size_t ad_limit_slots(const size_t *left, size_t parts, size_t bytes, size_t steps)
{
    size_t room = *left / parts, slot = bytes + sizeof(size_t), most = steps == AD_STEPS_UNKNOWN || !steps ? (size_t)1 << 16 : steps;
    size_t slots = room / slot > 2 ? (room - LIMIT_HEADER) / slot - 1 : 1;
    return slots < most ? slots : most;
}
