/* log.c: the log of overwritten values. */
#include "adgen_rt.h"

#include <stdint.h>
#include <stdlib.h>

enum { FIRST_CAP = 256 };

static unsigned char *entry_at(const ad_log *log, size_t i, size_t size)
{
    return log->entries + i * (sizeof(void *) + size);
}

void ad_log_grow(ad_log *log, size_t size)
{
    size_t entry = sizeof(void *) + size, cap = log->cap ? 2 * log->cap : FIRST_CAP;
    if (log->left && cap > *log->left / (2 * entry)) /* the old entries stay while they are moved */
        cap = log->cap + 1 + *log->left / (4 * entry);
    size_t bytes = cap > SIZE_MAX / entry ? SIZE_MAX : cap * entry;
    if (log->left)
        ad_limit_use(log->left, bytes);
    unsigned char *grown = bytes == SIZE_MAX ? NULL : realloc(log->entries, bytes);
    if (!grown) {
        ad_out_of_memory(bytes);
        abort();
    }
    if (log->left)
        *log->left += log->bytes;
    log->bytes = bytes;
    log->entries = grown;
    log->cap = cap;
}

void ad_log_redo(ad_log *log, size_t size)
{
    for (size_t i = log->n; i < log->n + log->undone; i++)
        ad_log_swap(entry_at(log, i, size), size);
    ad_log_free(log);
}

void ad_log_free(ad_log *log)
{
    if (log->left)
        *log->left += log->bytes;
    free(log->entries);
    *log = (ad_log){NULL, 0, 0, 0, log->left, 0};
}
