// check: --with-primal --set n=5
// construct: memory: `static` variables that are written, with `--with-primal`
/* Variables of this file alone, which the derivative shares with the primal: state, workspaces, a table made on the first call. */
#include <adgen.h>
#include <math.h>

#define t1 3 /* a macro that generated names must not meet */
#define gain1 1
enum { COUNT = 4 };

static double gain = 1.5;
static int calls;
static double table[COUNT];
static int table_is_ready;

static double from_table(int i)
{
    if (!table_is_ready) {
        for (int k = 0; k < COUNT; k++)
            table[k] = 1.0 / (k + 1);
        table_is_ready = 1;
    }
    return table[i % COUNT];
}

double set_gain(double g) { return gain = g; }

AD_GRAD(x)
double amplified(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += gain * tanh(x[i] * from_table(i));
    calls++;
    return s * t1 + gain1;
}

/* A workspace at file scope carries derivatives from its write to its read. */
static double work[8];
static struct {
    double sum, last;
} state;

AD_GRAD(x, a)
double through_a_workspace(AD_LEN(n) const double *x, double a, int n)
{
    state.sum = 0;
    for (int i = 0; i < n; i++)
        work[i] = x[i] * x[i] * a;
    for (int i = 0; i < n; i++) {
        state.last = work[i] * work[n - 1 - i];
        state.sum += sin(state.last);
    }
    return state.sum * state.last;
}

/* ... and through tables of addresses that nobody writes. */
static double left[3], right[3];
static double *const sides[] = {left, right}, *main_side = right;

AD_GRAD(x)
double through_rows(AD_LEN(n) const double *x, int n)
{
    for (int i = 0; i < n; i++)
        sides[i % 2][i % 3] = x[i] * x[i];
    return left[0] * main_side[1] + sides[n % 2][2] * left[2];
}
