// args: --max-tape 64K --grad f
// expect: error: --max-tape: what 'f_grad' keeps on a tape for recursive calls has no bound
// construct: `--max-tape` with recursion: write a loop
#include <math.h>
double f(double x, int n)
{
    return n ? sin(x) * f(x * x, n - 1) : x;
}
