// expect: 8:5: error: memset of floating numbers to bytes other than 0
// args: --grad f
// construct: `memset` of floating numbers to other than 0: assign them in a loop
#include <string.h>
double f(double x)
{
    double t[3];
    memset(t, 1, sizeof t);
    t[0] = x;
    return t[0] * t[1];
}
