// check: --set n=4
// construct: functions: errors reported on `stderr`, `exit`, `abort`
#include <adgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

AD_GRAD(x)
double geometric(AD_LEN(n) const double *x, int n)
{
    double s = 1;
    if (n > 1000) {
        fprintf(stderr, "\n");
        fprintf(stderr, "geometric - fatal error: n = %d\n", n);
        exit(1);
    }
    for (int i = 0; i < n; i++) {
        if (isinf(x[i])) {
            fputs("infinite\n", stderr);
            abort();
        }
        s *= 1 + x[i] * x[i];
    }
    return pow(s, 1.0 / n);
}
