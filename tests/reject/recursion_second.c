// expect: 7:20: error: second derivatives through the recursive function 'f' are not supported yet; write it as a loop
// args: --hvp 'f(x)'
// construct: second derivatives through recursion: write it as a loop
#include <adgen.h>
double f(double x, int n)
{
    return n ? x * f(x, n - 1) : 1;
}
