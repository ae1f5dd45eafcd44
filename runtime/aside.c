/* aside.c: what the d_ of overwritten independents hold while f_rev runs. */
#include "adgen_rt.h"

ad_tape *ad_put_aside(ad_tape *places, void *d, size_t unit, size_t size)
{
    ad_tape *aside = ad_tape_new();
    while (ad_stack_depth(places)) {
        long at = ad_pop_long(places);
        unsigned char *p = (unsigned char *)d + at * (long)unit;
        ad_push_block(aside, p, size);
        ad_push_long(aside, at);
        memset(p, 0, size); /* a place may come again, and holds 0 then */
    }
    ad_tape_free(places);
    return aside;
}

static void add_double(void *d, ad_tape *aside)
{
    double sum;
    memcpy(&sum, d, sizeof sum);
    sum += ad_pop_double(aside);
    memcpy(d, &sum, sizeof sum);
}

static void add_float(void *d, ad_tape *aside)
{
    float sum;
    memcpy(&sum, d, sizeof sum);
    sum += ad_pop_float(aside);
    memcpy(d, &sum, sizeof sum);
}

static void add_ldouble(void *d, ad_tape *aside)
{
    long double sum;
    memcpy(&sum, d, sizeof sum);
    sum += ad_pop_ldouble(aside);
    memcpy(d, &sum, sizeof sum);
}

void ad_put_back(ad_tape *aside, void *d, size_t unit, size_t size, size_t real)
{
    while (ad_stack_depth(aside)) {
        unsigned char *p = (unsigned char *)d + ad_pop_long(aside) * (long)unit;
        for (size_t end = size; end > 0; end -= real) /* the last one pushed first */
            if (real == sizeof(float))
                add_float(p + end - real, aside);
            else if (real == sizeof(double))
                add_double(p + end - real, aside);
            else
                add_ldouble(p + end - real, aside);
    }
    ad_tape_free(aside);
}
