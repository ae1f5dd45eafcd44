/* nan_trap.c: alone in its object file, so that a program's own definition takes its place. */
#include "adgen_rt.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void ad_nan_trap(const char *where, double value, int n, ...)
{
    if (value - value == 0) /* finite */
        return;
    va_list ap;
    va_start(ap, n);
    fprintf(stderr, "%s gets %g", where, value);
    for (int i = 0; i < n; i++) {
        const char *name = va_arg(ap, const char *);
        fprintf(stderr, "%s%s = %.17g", i ? ", " : " from ", name, va_arg(ap, double));
    }
    fprintf(stderr, "\n");
    va_end(ap);
    abort();
}
