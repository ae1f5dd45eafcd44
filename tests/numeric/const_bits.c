// check: --len flags=1
// construct: structs: bit-fields
// Structs with const bit-fields are copied as a whole.
#include <adgen.h>

struct flags {
    const unsigned mode : 3;
    unsigned level : 5;
    int offset[2];
};

static int weight(struct flags flags)
{
    flags.level += 2;
    return (int)(flags.mode + flags.level) + flags.offset[1];
}

AD_VJP()
double weighted(double x, const struct flags *flags)
{
    struct flags own = *flags;
    own.offset[0] = 3;
    return x * x * (weight(own) + own.offset[0]);
}
