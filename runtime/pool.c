/* pool.c: a workspace that is kept between calls. */
#include "adgen_rt.h"

#include <stdlib.h>

void *ad_pool_get(ad_pool *pool, size_t bytes)
{
    if (bytes > pool->bytes) {
        free(pool->memory);
        pool->bytes = 0;
        pool->memory = ad_tape_alloc(bytes, 1);
        pool->bytes = bytes;
    }
    return pool->memory;
}

void ad_pool_free(ad_pool *pool)
{
    free(pool->memory);
    pool->memory = NULL;
    pool->bytes = 0;
}
