#ifndef HEAT_H
#define HEAT_H

/* A rod of n cells, `steps` explicit steps: half the squared distance of the temperatures from `target` at the end. */
double heat(const double *first, const double *conductivity, const double *target, int n, int steps, double dt);

#endif
