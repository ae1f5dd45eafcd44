/* black_scholes.c: the price of a European call (Black and Scholes 1973). */
#include "black_scholes.h"

#include <adgen.h>
#include <math.h>

static double normal_cdf(double x)
{
    return 0.5 * erfc(-x / sqrt(2.0));
}

AD_GRAD(spot, rate, volatility, time)
double call_price(double spot, double strike, double rate, double volatility, double time)
{
    double deviation = volatility * sqrt(time);
    double d1 = (log(spot / strike) + (rate + 0.5 * volatility * volatility) * time) / deviation;
    double d2 = d1 - deviation;
    return spot * normal_cdf(d1) - strike * exp(-rate * time) * normal_cdf(d2);
}
