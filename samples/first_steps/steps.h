#ifndef STEPS_H
#define STEPS_H

double square(double x);
double cubic(double x);
double line_squared(double a, double b, double x);
double unit(double x);
double form(double x, double y);
double bowl(double x, double y);
double squared_error(double w, double b, double x, double y);

#endif
