// check: --set n=6
// construct: control flow: `goto` into blocks: error exits shared by several ifs, ways into a branch or a loop
#include <adgen.h>
#include <math.h>

/* One error exit, written where it was first needed. */
AD_GRAD(a, x)
double shared_exit(double a, double x)
{
    double y;
    int i;
    if (a < 0.0) {
        y = a * a;
    bad:
        return -y;
    }
    y = x * a;
    if (y > 1.0)
        goto bad;
    for (i = 0; i < 4; i++) {
        y += sin(y * a);
        if (y > 2.5)
            goto bad;
    }
    return y * y;
}

/* A tail that uses a variable of its block, jumped to from before and after. */
AD_GRAD(x, b)
double tail_with_locals(AD_LEN(n) const double *x, double b, int n)
{
    double s = 0;
    if (b < -1.0)
        goto scaled;
    for (int i = 0; i < n; i++) {
        double t = x[i] * b;
        s += t * t;
        if (s > 1.0) {
            double f = cos(s);
            if (f < 0.3) {
            scaled:
                s *= b;
                return s + b;
            }
            s += f;
        }
    }
    if (s < 0.5)
        goto scaled;
    return s;
}

/* Into a branch that goes on behind it. */
AD_GRAD(x, y)
double into_then(double x, double y)
{
    double s = x * y;
    if (x > y)
        goto middle;
    s += x;
    if (y > 0.3) {
        s *= y;
    middle:
        s = s * s + y;
    } else {
        s -= y;
    }
    return s * x;
}

/* Back into the other branch, at most twice. */
AD_GRAD(x)
double into_else_again(double x)
{
    double s = x;
    int k = 0;
    if (x > 0.9) {
        s = x * x;
    } else {
        s += 0.5 * x;
    again:
        s = sin(s) + x;
        k++;
    }
    if (k < 3 && s < 1.4)
        goto again;
    return s * s;
}

/* Knuth's loop and a half; for and do likewise. */
AD_GRAD(x)
double into_loops(AD_LEN(n) const double *x, int n)
{
    double s = 1.0;
    int i = 0;
    goto first;
    while (i < n) {
        s += x[i];
    first:
        s *= 1.0 + 0.1 * x[i];
        i++;
    }
    i = 1;
    if (s > 1.5)
        goto inner;
    for (i = 0; i < n; i++) {
        s += x[i] * x[i];
    inner:
        s = sqrt(s);
    }
    i = 0;
    goto deep;
    do {
        s *= x[0];
        if (s > 0.1) {
            s += 0.5;
        deep:
            s += 0.25 * x[1];
        }
    } while (++i < 3);
    return s;
}

/* Two labels in one block, in a loop. */
AD_VJP(x -> y)
void two_ways(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++) {
        double v = x[i];
        if (v > 0.8)
            goto large;
        if (v > 0.5)
            goto medium;
        if (v < 0.3) {
            v *= 3.0;
        medium:
            v += x[0];
        large:
            v = v * v;
        }
        y[i] = v * x[i];
    }
}

/* Nothing comes back from an exit of a void function. */
AD_VJP(x -> y)
void clipped(AD_LEN(3) const double *x, AD_LEN(3) double *y)
{
    double r = x[0] * x[1];
    if (r > 0.7) {
    out:
        y[0] = r * r;
        return;
    }
    y[1] = r * x[2];
    r += x[2];
    if (r < 0.9)
        goto out;
    y[2] = exp(r);
}

/* Cases that other cases, and what precedes the switch, jump into. */
enum kind { PLAIN, SCALED, FALLING };
static double rate(enum kind k, double t)
{
    double c = 2;
    if (t < 0.1)
        goto plain;
    switch (k) {
    case SCALED:
        c *= t;
        goto product;
    case PLAIN:
    plain:
        c = 1;
    product:
        return c * exp(-1 / (t + 1));
    case FALLING: {
        double s = t * t;
        if (s > 0.5)
            goto plain;
        c += s;
        break;
    }
    default:
        c = 0;
    }
    return c * t;
}
AD_GRAD(x)
double rates(AD_LEN(n) const double *x, int n)
{
    double sum = 0, w = 1;
    int state = 0, turns = 0;
    for (int i = 0; i < n; i++)
        sum += rate((enum kind)(i % 4), x[i] * x[i]) * (i + 1);
    for (;;) {
        switch (state) {
        case 0:
            w *= x[0];
            state = 2;
            if (w > 0.5)
                goto more;
            break;
        case 1:
            w += x[1];
            state = turns > 4 ? 3 : 0;
            break;
        case 2:
        more:
            w += sin(x[2]);
            state = 1;
            turns++;
            break;
        default:
            goto out;
        }
    }
out:
    return sum * w;
}
