// check: --set n=7
// construct: control flow: conditions that compute
// Conditions that compute active values, with values kept on the stack in the condition and in the body.
#include <adgen.h>
#include <math.h>

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
