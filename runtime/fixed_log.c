/* fixed_log.c: the log of overwritten values in memory that does not grow. */
#include "adgen_rt.h"

void ad_fixed_log_undo(ad_fixed_log *log, size_t size)
{
    log->n--;
    log->undone++;
    ad_log_swap(log->entries + log->n * (sizeof(void *) + size), size);
}

void ad_fixed_log_back(ad_fixed_log *log, size_t size)
{
    unsigned char *entry = log->entries + --log->n * (sizeof(void *) + size);
    void *p;
    memcpy(&p, entry, sizeof p);
    memcpy(p, entry + sizeof p, size);
}

void ad_fixed_log_redo(ad_fixed_log *log, size_t size)
{
    for (size_t i = log->n; i < log->n + log->undone; i++)
        ad_log_swap(log->entries + i * (sizeof(void *) + size), size);
    log->undone = 0;
}
