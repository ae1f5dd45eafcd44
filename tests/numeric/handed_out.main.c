#include "expect.h"
#include "out.h"

#include <stdlib.h>

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void free_list(struct node *p)
{
    while (p) {
        struct node *next = p->next;
        free(p);
        p = next;
    }
}

static void lists(const double *x, const double *t)
{
    struct node *h, *d_h = NULL;
    double d_x[3] = {0};
    build_vjp(x, 3, &h, d_x, &d_h);
    EXPECT(h->v, 9);
    EXPECT(d_h->v, 0);
    EXPECT(d_h->next->next->v, 0);
    EXPECT(d_h->next->next->next == NULL, 1);
    EXPECT(d_x[0], 0);
    free_list(h);
    free_list(d_h);
    build_jvp(x, 3, &h, t, &d_h);
    EXPECT(d_h->v, 600);
    EXPECT(d_h->next->v, 40);
    EXPECT(d_h->next->next->v, 2);
    free_list(h);
    free_list(d_h);
}

static void vectors(const double *x, const double *t)
{
    struct vec o, d_o = {0};
    double d_x[3] = {0}, d_return;
    EXPECT(fill_vjp(x, 3, &o, d_x, &d_o, 2), 14);
    EXPECT(d_x[2], 12);
    EXPECT(d_o.v[0] + d_o.v[1] + d_o.v[2], 0);
    free(o.v);
    free(d_o.v);
    EXPECT(fill_jvp(x, 3, &o, t, &d_o, &d_return), 14);
    EXPECT(d_return, 642);
    EXPECT(d_o.v[2], 600);
    free(o.v);
    free(d_o.v);
}

static void no_memory(const double *x)
{
    size_t too_many = (size_t)1 << 45;
    double d_x[3] = {0}, h_x[3] = {0}, d_return;
    EXPECT(f_grad(x, too_many, d_x), -1);
    EXPECT(f_jvp(x, too_many, x, &d_return), -1);
    EXPECT(d_return, 0);
    EXPECT(f_hvp(x, too_many, x, d_x, h_x), -1);
    EXPECT(d_x[0], 0);
    EXPECT(h_x[0], 0);
}

int main(void)
{
    const double x[3] = {1, 2, 3}, t[3] = {1, 10, 100};
    lists(x, t);
    vectors(x, t);
    no_memory(x);
    return wrong;
}
