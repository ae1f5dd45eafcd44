/* fixed_log.c: the log of overwritten values in memory that does not grow. */
#include "adgen_rt.h"

enum { LARGEST_ENTRY = 64 };

/* Exchanges memory and entry. */
static void swap_fixed(unsigned char *entry, size_t size)
{
    unsigned char now[LARGEST_ENTRY];
    void *p;
    memcpy(&p, entry, sizeof p);
    memcpy(now, p, size);
    memcpy(p, entry + sizeof p, size);
    memcpy(entry + sizeof p, now, size);
}

void ad_fixed_log_undo(ad_fixed_log *log, size_t size)
{
    log->n--;
    log->undone++;
    swap_fixed(log->entries + log->n * (sizeof(void *) + size), size);
}

void ad_fixed_log_redo(ad_fixed_log *log, size_t size)
{
    for (size_t i = log->n; i < log->n + log->undone; i++)
        swap_fixed(log->entries + i * (sizeof(void *) + size), size);
    log->undone = 0;
}
