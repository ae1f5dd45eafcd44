// expect: 8:5: error: bytes of type
// args: --grad f
#include <string.h>
#include <stdint.h>
double f(double x)
{
    uint64_t b;
    memcpy(&b, &x, sizeof b);
    b += 1;
    double y;
    memcpy(&y, &b, sizeof y);
    return y;
}
