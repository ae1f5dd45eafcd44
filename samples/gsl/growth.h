#ifndef GROWTH_H
#define GROWTH_H

enum { GROWTH_PARAMETERS = 3 };

/* p[0] exp(-p[1] t) + p[2] */
double growth(const double *p, double t);
/* r[i] = (growth(p, t[i]) - y[i]) / sigma */
void growth_residuals(const double *p, double *r, const double *t, const double *y, double sigma, int n);
/* The paraboloid of GSL's manual: 10 (x[0] - c[0])^2 + 20 (x[1] - c[1])^2 + 30. */
double paraboloid(const double *x, const double *c);
/* Rosenbrock's chained valley in n variables. */
double valley(const double *x, int n);

#endif
