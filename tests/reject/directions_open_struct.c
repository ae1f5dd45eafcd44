// args: --vjp 'f(x -> y)' --directions 4
// expect: 20:30: error: 4 directions at once are not possible: derivatives at the end of a struct that has any number of them; leave out --directions
#include <stdlib.h>
#include <adgen.h>

struct samples {
    double scale;
    double v[];
};

void f(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    struct samples *s = malloc(sizeof *s + (size_t)n * sizeof s->v[0]);
    if (!s)
        abort();
    s->scale = x[0];
    for (int i = 0; i < n; i++)
        s->v[i] = x[i] * (i ? s->v[i - 1] : 1);
    for (int i = 0; i < n; i++)
        y[i] = s->scale * s->v[i];
    free(s);
}
