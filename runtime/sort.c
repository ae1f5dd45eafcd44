/* sort.c: the order that qsort puts elements into. */
#include "adgen_rt.h"

#include <stdlib.h>
#include <string.h>

/* Records of the element and its number are sorted in the elements' stead: qsort decides by what the comparisons say alone. */
void ad_sort_order(size_t *order, const void *base, size_t n, size_t size, int (*compare)(const void *, const void *))
{
    size_t at = (size + 15) / 16 * 16, stride = at + 16;
    char *records = ad_tape_alloc(n, stride);
    for (size_t i = 0; i < n; i++) {
        memcpy(records + i * stride, (const char *)base + i * size, size);
        memcpy(records + i * stride + at, &i, sizeof i);
    }
    if (n > 1)
        qsort(records, n, stride, compare);
    for (size_t i = 0; i < n; i++)
        memcpy(&order[i], records + i * stride + at, sizeof *order);
    free(records);
}
