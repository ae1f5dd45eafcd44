/* examples.c: expressions made with the value library. A Value result is seeded through d_return. */
#include "examples.h"

#include <adgen.h>

AD_VJP(x)
Value polynomial(Value x)
{
    return sub(power(x, 2), x);
}

AD_VJP(x)
Value exp_and_log(Value x)
{
    return add(exponential(x), logarithm(x));
}

AD_VJP(x)
Value two_logs(Value x)
{
    return add(logarithm(x), logarithm10(x));
}

AD_VJP(x)
Value waves(Value x)
{
    return add(sine(x), cosine(x));
}

AD_VJP(x)
Value rectified(Value x)
{
    return relu(x);
}

AD_VJP(x)
Value squashed(Value x)
{
    return sigmoid(x);
}

AD_VJP(x, y)
Value mixed(Value x, Value y)
{
    return sub(add(mul(x, y), power(x, 3)), logarithm(y));
}
