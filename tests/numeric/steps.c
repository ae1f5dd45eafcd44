// check: --len x=8 --len y=n --set n=6 --len taken=1 --len calls=1
// Counters and cursors that live in memory: (*p)++ is not *p++.
#include <adgen.h>

static void advance(int *count, const double **at)
{
    (*count)++;
    (*at)++;
}

AD_VJP(x -> y)
void every_other(const double *x, double *y, int n, int *taken)
{
    int used = 0;
    const double *at = x;
    for (int i = 0; i < n; i++) {
        if (i % 2)
            advance(&used, &at);
        y[i] = at[0] * at[1] + used;
        --*taken;
        *taken -= 1;
        *taken += i > 2;
        ++*taken;
    }
}

int global_steps[2] = {3, 5};

AD_VJP()
double counted(double x, int *calls)
{
    ++*calls;
    int *which = &global_steps[1];
    double s = 0;
    for (int k = 0; k < 3; k++) {
        s += x * *which;
        --*which;
    }
    *which += 3;
    return s;
}
