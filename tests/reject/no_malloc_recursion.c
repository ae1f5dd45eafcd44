// args: --no-malloc --grad f
// expect: error: --no-malloc and --tape-storage: for recursive calls the derivative of 'f' keeps a tape on the heap; write a loop
// construct: `--no-malloc`, `--tape-storage` with recursion: write a loop
#include <math.h>
double f(double x, int n)
{
    return n > 0 ? sin(x * f(x, n - 1)) : x;
}
