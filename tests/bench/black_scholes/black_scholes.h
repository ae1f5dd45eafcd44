#ifndef BLACK_SCHOLES_H
#define BLACK_SCHOLES_H

double call_price(double spot, double strike, double rate, double volatility, double time);

#endif
