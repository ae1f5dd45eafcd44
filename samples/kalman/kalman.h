#ifndef KALMAN_H
#define KALMAN_H

enum { NX = 4, NZ = 2 }; /* state: position and velocity in the plane; measured: position */

struct model {
    double dt;
    double drag;          /* velocity lost per second */
    double log_accel;     /* log standard deviation of the random acceleration */
    double log_noise[NZ]; /* log standard deviations of the measurements */
    double start[NX];     /* mean of the first state */
    int missing_below;    /* measurements that are below this are missing */
};

/* Log-likelihood of T measurements. */
double kalman_loglik(const struct model *m, int T, double z[][NZ]);

#endif
