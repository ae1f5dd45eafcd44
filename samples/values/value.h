#ifndef VALUE_H
#define VALUE_H

#include <math.h>

/* A small library of values, as texts on differentiation build it; the derivatives are adgen's business, so a value is a number. */
typedef struct {
    double data;
} Value;

static inline Value value(double data)
{
    Value v = {data};
    return v;
}

static inline Value add(Value a, Value b)
{
    return value(a.data + b.data);
}

static inline Value sub(Value a, Value b)
{
    return value(a.data - b.data);
}

static inline Value mul(Value a, Value b)
{
    return value(a.data * b.data);
}

static inline Value power(Value a, double n)
{
    return value(pow(a.data, n));
}

static inline Value exponential(Value a)
{
    return value(exp(a.data));
}

static inline Value logarithm(Value a)
{
    return value(log(a.data));
}

static inline Value logarithm10(Value a)
{
    return value(log10(a.data));
}

static inline Value sine(Value a)
{
    return value(sin(a.data));
}

static inline Value cosine(Value a)
{
    return value(cos(a.data));
}

static inline Value relu(Value a)
{
    return a.data > 0 ? a : value(0);
}

static inline Value sigmoid(Value a)
{
    return value(1 / (1 + exp(-a.data)));
}

#endif
