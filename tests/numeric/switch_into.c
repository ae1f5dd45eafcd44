// check: --set n=7 --set kind=2 --range x=0.3:1.4
// construct: control flow: case labels inside loops and blocks (Duff's device), state machines that resume
#include <adgen.h>
#include <math.h>

/* T. Duff: the loop is entered in its middle. */
AD_GRAD(x)
double duff(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    int count = (n + 3) / 4;
    const double *p = x;
    switch (n % 4) {
    case 0:
        do {
            s += sin(*p++);
        case 3:
            s += *p * *p; p++;
        case 2:
            s *= 1 + 0.1 * *p++;
        case 1:
            s += exp(*p++ * 0.5);
        } while (--count > 0);
    }
    return s;
}

/* A copy, as it was written first, into an array that is overwritten. */
static void send(double *to, const double *from, int count)
{
    int n = (count + 7) / 8;
    switch (count % 8) {
    case 0: do { *to++ = *from++;
    case 7:      *to++ = *from++;
    case 6:      *to++ = *from++;
    case 5:      *to++ = *from++;
    case 4:      *to++ = *from++;
    case 3:      *to++ = *from++;
    case 2:      *to++ = *from++;
    case 1:      *to++ = *from++;
            } while (--n > 0);
    }
}

AD_GRAD(x)
double copied(AD_LEN(n) const double *x, int n)
{
    double y[16], s = 0;
    if (n < 1 || n > 16)
        return 0;
    send(y, x, n);
    for (int i = 0; i < n; i++)
        s += y[i] * y[n - 1 - i];
    return s;
}

/* One that goes on where it stopped. */
struct generator {
    int state, i;
    double value;
};

static int next(struct generator *g, const double *x, int n)
{
    switch (g->state) {
    case 0:
        for (g->i = 0; g->i < n; g->i++) {
            g->value = x[g->i] * x[g->i];
            g->state = 1;
            return 1;
        case 1:
            if (x[g->i] > 1) {
                g->value *= 0.5 + x[0];
                g->state = 2;
                return 1;
            }
        case 2:;
        }
        g->state = 3;
    default:
        return 0;
    }
}

AD_GRAD(x)
double generated(AD_LEN(n) const double *x, int n)
{
    struct generator g = {0, 0, 1};
    double s = 0;
    while (next(&g, x, n))
        s += g.value * sin(s + 1);
    return s;
}

/* Branches that share their end; breaks; a switch inside; negative labels and ranges. */
AD_GRAD(x)
double shared(AD_LEN(n) const double *x, int n, int kind)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        switch (i + kind - 4) {
        case -2:
            s += x[i];
            if (x[i] > 0.5) {
                s *= x[i];
                break;
        case -1:
                s -= x[0];
            }
            s = tanh(s);
            continue;
        case 0 ... 1: {
            s += 2 * x[i];
        default:
            switch (i % 2) {
            case 0:
                s += cos(x[i]);
                break;
            default:
                s += x[i] * x[0];
            }
            break;
        }
        }
        s *= 1.25;
    }
    return s;
}
