#ifndef GMM_H
#define GMM_H

/* Wishart prior: the precisions' scale, and degrees of freedom beyond d + 1. */
struct gmm_prior {
    double scale;
    int extra_dof;
};

double gmm(int d, int K, int n, const double *alphas, const double *means, const double *factors, const double *x,
           struct gmm_prior prior);

#endif
