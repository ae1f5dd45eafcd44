#ifndef LENNARD_JONES_H
#define LENNARD_JONES_H

/* Energy of n atoms (x: rows of 3) in a periodic box, in Lennard-Jones units. */
double lennard_jones(const double *x, int n, double box, double cutoff);

#endif
