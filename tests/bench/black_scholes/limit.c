/* Price and derivatives (delta, rho, vega, theta) by hand. As a differentiator has to, it does not use the identity by which the
 * density at d1 and that at d2 cancel: both are computed. */
#include "black_scholes.h"

#include <math.h>

double call_price_limit(double spot, double strike, double rate, double volatility, double time, double *d_spot, double *d_rate,
                        double *d_volatility, double *d_time)
{
    const double root_half = 0.70710678118654752440, root_2pi_inverse = 0.39894228040143267794;
    double root = sqrt(time), deviation = volatility * root, inverse = 1 / deviation;
    double drift = rate + 0.5 * volatility * volatility, d1 = (log(spot / strike) + drift * time) * inverse, d2 = d1 - deviation;
    double n1 = 0.5 * erfc(-d1 * root_half), n2 = 0.5 * erfc(-d2 * root_half), paid = strike * exp(-rate * time);
    double by_d1 = spot * root_2pi_inverse * exp(-0.5 * d1 * d1), by_d2 = -paid * root_2pi_inverse * exp(-0.5 * d2 * d2);
    double both = (by_d1 + by_d2) * inverse, by_deviation = -by_d2 - both * d1;
    *d_spot += n1 + both / spot;
    *d_rate += both * time + paid * n2 * time;
    *d_volatility += by_deviation * root + both * time * volatility;
    *d_time += by_deviation * volatility * 0.5 / root + both * drift + paid * n2 * rate;
    return spot * n1 - paid * n2;
}
