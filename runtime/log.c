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
    size_t cap = log->cap ? 2 * log->cap : FIRST_CAP;
    size_t bytes = cap > SIZE_MAX / (sizeof(void *) + size) ? SIZE_MAX : cap * (sizeof(void *) + size);
    unsigned char *grown = bytes == SIZE_MAX ? NULL : realloc(log->entries, bytes);
    if (!grown) {
        ad_out_of_memory(bytes);
        abort();
    }
    log->entries = grown;
    log->cap = cap;
}

void ad_log_undo(ad_log *log, size_t size)
{
    log->n--;
    log->undone++;
    ad_log_swap(entry_at(log, log->n, size), size);
}

void ad_log_redo(ad_log *log, size_t size)
{
    for (size_t i = log->n; i < log->n + log->undone; i++)
        ad_log_swap(entry_at(log, i, size), size);
    ad_log_free(log);
}

void ad_log_free(ad_log *log)
{
    free(log->entries);
    *log = (ad_log){NULL, 0, 0, 0};
}
