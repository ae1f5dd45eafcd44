#ifndef BOWL_H
#define BOWL_H

double bowl(double x, double y);

#endif
