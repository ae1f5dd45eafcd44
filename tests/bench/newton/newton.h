#ifndef NEWTON_H
#define NEWTON_H

/* Half the squared distance of n positions on orbits from where they were seen: anomaly[i] is the mean anomaly of body i,
 * eccentricity[i] that of its orbit. */
double orbits(const double *anomaly, const double *eccentricity, const double *seen, int n);

#endif
