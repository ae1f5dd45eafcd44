// expect: config_macros.c:5:9: error: what is included looks at 'TAPS', which is something else in another file
// args: --grad 'first(f)' tests/numeric/config_macros.c
// construct: files that give a header different macros, in one run: separate runs
#define USE_DOUBLE
#define TAPS 5
#include "../numeric/configured.h"

double first(const struct filter *f)
{
    return f->tap[0] * f->gain;
}
