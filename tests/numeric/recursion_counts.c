// check: --set n=4 --set depth=3 --range x=0.2:1.5
// construct: functions: recursion that keeps error codes, counters and signs in globals
// Globals that no derivative is of, written on the way: the floating ones beside them, which nobody writes, stay constants.
#include <adgen.h>
#include <math.h>

/* In the style of Cephes: constants and error codes are variables, functions reflect into themselves and into each other. */
double PIO2 = 1.5707963267948966, MAXARG = 30.0;
int sign_of_result, last_error;
static const double c[3] = {0.08333333333333333, -0.002777777777777778, 0.0007936507936507937};

static int report(const char *name, int code)
{
    last_error = name[0] ? code : 0;
    return code;
}

double log_gamma(double x)
{
    sign_of_result = 1;
    if (x < 0.5) {
        double z = log_gamma(1.0 - x), s = sin(2 * PIO2 * x);
        if (s < 0) {
            sign_of_result = -1;
            s = -s;
        }
        if (s == 0) {
            report("log_gamma", 2);
            return MAXARG;
        }
        return log(2 * PIO2) - log(s) - z;
    }
    if (x < 8)
        return log_gamma(x + 1) - log(x);
    double w = 1 / (x * x);
    return (x - 0.5) * log(x) - x + 0.5 * log(4 * PIO2) + ((c[2] * w + c[1]) * w + c[0]) / x;
}

static double upper(double a, double x);

static double lower(double a, double x)
{
    if (x <= 0 || a <= 0) {
        report("lower", 1);
        return 0;
    }
    if (x > 1 && x > a)
        return 1 - upper(a, x);
    double r = a, term = 1, sum = 1;
    for (int k = 0; k < 40; k++) {
        r += 1;
        term *= x / r;
        sum += term;
    }
    return exp(a * log(x) - x - log_gamma(a)) * sum / a * sign_of_result;
}

static double upper(double a, double x)
{
    if (x < 1 || x < a)
        return 1 - lower(a, x);
    if (x > MAXARG) {
        report("upper", 4);
        return 0;
    }
    double f = 0;
    for (int k = 40; k > 0; k--)
        f = k * (a - k) / (x + 2 * k + 1 - a + f) * -1 * -1;
    return exp(a * log(x) - x - log_gamma(a)) / (x + 1 - a + f) * sign_of_result;
}

AD_GRAD(x)
double gammas(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += log_gamma(x[i]) * sign_of_result + lower(1.2, x[i]) * upper(x[i], 0.7) + log_gamma(-0.4 * x[i]) * sign_of_result;
    return last_error ? -s : s;
}

AD_GRAD(a, x)
AD_HESSIAN(a, x)
double tail(double a, double x)
{
    return upper(a, x);
}

/* Counters of a search, read by its caller; an int that a parameter points to may be the counter. */
struct {
    int calls, deepest;
    unsigned char is_full;
} statistics;
long visits[2];
float step = 0.25f;

static double refine(const double *x, int n, double at, int depth, int *found)
{
    statistics.calls++;
    visits[depth & 1]++;
    if (depth > statistics.deepest)
        statistics.deepest = depth;
    if (depth == 0 || statistics.is_full) {
        *found += statistics.deepest;
        return at * x[depth % n];
    }
    double left = refine(x, n, at - step * x[0], depth - 1, found), right = refine(x, n, at + step, depth - 1, found);
    if (statistics.calls > 12)
        statistics.is_full = 1;
    return sin(left) * right + statistics.calls;
}

AD_GRAD(x)
AD_HESSIAN(x)
double searched(AD_LEN(n) const double *x, int n, int depth)
{
    int found = 0, before = statistics.calls = 0;
    visits[0] = visits[1] = 0;
    statistics.deepest = statistics.is_full = 0;
    double s = refine(x, n, x[1], depth, &found);
    for (int i = before; i < statistics.calls; i++)
        s += x[i % n] * visits[i & 1] * found;
    return s;
}

/* The counter itself is what is handed on. */
AD_GRAD(x)
double counted(AD_LEN(n) const double *x, int n, int depth)
{
    statistics.calls = 0;
    statistics.deepest = statistics.is_full = 0;
    double s = refine(x, n, x[n - 1], depth, &statistics.deepest);
    return s * statistics.deepest + x[0] * statistics.calls;
}
