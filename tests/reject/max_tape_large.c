// args: --max-tape 64K --vjp f
// expect: 9:5: error: --max-tape: at least 80000 bytes have to be kept, 80000 of them for this loop, but the limit is 65536
// construct: `--max-tape` where more is certainly kept: a larger limit
#include <math.h>
/* The first loop overwrites what its reversal needs, and its iterations are independent: no state to start again from. */
void f(double x[10000])
{
    double s = 0;
    for (int i = 0; i < 10000; i++)
        x[i] = sin(x[i]);
    for (int i = 0; i < 10000; i++)
        s += x[i];
    for (int i = 0; i < 10000; i++)
        x[i] += s;
}
