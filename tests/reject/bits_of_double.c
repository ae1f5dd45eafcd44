// expect: 9:5: error: bytes of type
// args: --grad f
// construct: the bytes of a floating number: copy values of one type
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
