// check: --set n=8 --set step=3 --set lo=2
// construct: control flow: `for` of any form
// construct: control flow: `while`, `do`
// construct: control flow: conditions that compute
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double directions(AD_LEN(n) const double *x, int n, int step, int lo)
{
    double s = 1;
    for (int i = n - 1; i >= 0; i--)
        s = s * x[i] + 1;
    for (int i = lo; i < n; i += step)
        s *= 1 + x[i];
    for (int i = n; i > 0; i -= 2)
        s += x[i - 1] * s;
    for (int i = 0; i != n; ++i)
        s -= 0.1 * x[i];
    for (unsigned i = (unsigned)n; i-- > 0;)
        s += x[i] * x[i];
    for (int i = 1; i <= n / 2; i *= 2)
        s += x[i] * s;
    int k = 0;
    for (; k < n;)
        s += 0.01 * x[k++] * s;
    for (int i = 0;; i++) {
        if (i >= n)
            break;
        s *= 0.9 + 0.1 * x[i];
    }
    return s + k;
}

AD_GRAD(x)
double bound_changes(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    int hi = n;
    for (int i = 0; i < hi; i++) {
        s += x[i] * x[hi - 1];
        if (i % 3 == 1)
            hi--;
        if (i == 4)
            i++;
    }
    return s;
}

AD_GRAD(x)
double triangular(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            for (int k = i - 1; k > j; k--)
                s += x[i] * x[j] * x[k];
    return s;
}

AD_GRAD(x)
double no_trips(AD_LEN(n) const double *x, int n)
{
    double s = x[0];
    for (int i = n; i < n; i++)
        s *= x[i];
    for (int i = 5; i < -n; i += 2)
        s += x[i];
    return s * x[1];
}

AD_GRAD(x)
double newton_root(double x)
{
    double r = x, e = 1;
    int steps = 0;
    while (fabs(e) > 1e-3 && steps < 50) {
        double next = 0.5 * (r + x / r);
        e = next - r;
        r = next;
        steps++;
    }
    return r * steps;
}

AD_GRAD(x)
double do_loop(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    int i = 0;
    do {
        s = s * x[i] + x[i];
        i += 2;
    } while (i < n && s < 1e6);
    return s;
}

AD_GRAD(x)
double grows(AD_LEN(n) const double *x, int n)
{
    double s = 0.01;
    int k = 0;
    while (s < 20) {
        s += s * x[k % n] + 0.3;
        if (++k > 1000)
            break;
    }
    return s;
}

AD_VJP()
void halve(AD_LEN(n) double *x, int n)
{
    for (int i = 0; i < n; i++)
        while (x[i] > 0.4)
            x[i] *= x[i] * 0.5;
}

// Conditions that compute active values, with values kept on the stack in the condition and in the body.

AD_GRAD(x)
double pointer_bounded(AD_LEN(n) const double *x, int n)
{
    double s = x[0], a;
    const double *p = x, *end = x + n;
    while (p < end && (a = *p++ * s, a < 1e9))
        s += (a > 0 ? a : -a) * 0.01;
    return s;
}

AD_GRAD(x)
double nested(AD_LEN(n) const double *x, int n)
{
    double s = 0, y = 1, d;
    int i = 0;
    while (i < n && (d = sin(x[i] * y)) < 0.99) {
        int k = 0;
        while (k < 3 && (y = y * 0.5 + d * x[k]) < 10.0) {
            if (y > 0)
                s += y * d;
            k++;
        }
        do {
            d = d * 0.7 - 0.1 * s;
        } while (fabs(d) > 0.3 && ++k < 9);
        s += d;
        i++;
    }
    return s * y;
}

AD_GRAD(x)
double mixed(AD_LEN(n) const double *x, int n)
{
    double s = 0, last = 1;
    for (int i = 0; i < n; i++) {
        switch (i % 5) {
        case 3: {
            double q = x[i] * x[i];
            s += q;
        }
        /* falls through */
        case 1:
            s += sin(x[i]) * last;
            break;
        default:
            last = x[i];
            s *= 1.1;
            /* falls through */
        case 2:
            s += last * 2;
            if (s > 50)
                goto done;
            break;
        case 4:
            continue;
        }
        for (unsigned u = (unsigned)n; u-- > 0;)
            s += x[u] * x[i] / (u + 1);
    }
done:
    return s * last;
}

AD_GRAD(x)
double collatz(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    unsigned k = 7;
    int count = 0;
    while (k != 1) {
        s = s * 0.5 + x[k % (unsigned)n] * x[count % n];
        k = k % 2 ? 3 * k + 1 : k / 2;
        count++;
    }
    return s * count;
}

AD_GRAD(x)
double compact(AD_LEN(n) const double *x, int n)
{
    double keep[16];
    int m = 0;
    for (int i = 0; i < n; i++)
        if (x[i] > 0.5)
            keep[m++] = x[i] * x[i];
    double s = 0;
    for (int i = 0; i < m; i++)
        s += keep[i] * keep[m - 1 - i];
    return m ? s / m : 0;
}

/* The counter is narrowed on its way: -18 + 4 is 65522. */
AD_GRAD(x)
double narrowed_steps(double x, int first)
{
    double y = x;
    for (int i = first - 23; i <= 21; i = (unsigned short)((unsigned short)i + 4))
        y *= x;
    for (int i = first; i < 300; i = (unsigned char)(i + 60)) {
        y += x * i;
        if (y > 2000)
            break;
    }
    for (unsigned char c = 250; c > 5; c++)
        y *= x;
    return y;
}
