#ifndef DECAY_H
#define DECAY_H

enum { DECAY_PARAMETERS = 5 };

/* p[0] exp(-p[1] t) cos(p[2] t + p[3]) + p[4] */
double decay(const double *p, double t);
/* Mean of squared differences to y at the n times t. */
double decay_misfit(const double *p, const double *t, const double *y, int n);
/* The tutorial problem: minimise sqrt(x[1]) where x[1] >= (a x[0] + b)^3. */
double corner(const double *x);
double wall(const double *x, double a, double b);

#endif
