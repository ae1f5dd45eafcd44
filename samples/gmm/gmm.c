/* gmm.c: negative log-posterior of a Gaussian mixture, full covariances, Wishart prior on the precisions.
 *
 * Component k has weight softmax(alpha)[k], mean mu_k and precision L_k^T L_k. L_k is lower triangular: log of its diagonal, then
 * the entries below the diagonal column by column, d(d+1)/2 numbers in all, so that every parameter is free of constraints.
 */
#include "gmm.h"

#include <adgen.h>
#include <math.h>
#include <stdlib.h>

#define LOG_2PI 1.8378770664093454836

static double logsumexp(int n, const double *x)
{
    double top = x[0];
    for (int i = 1; i < n; i++)
        if (x[i] > top)
            top = x[i];
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += exp(x[i] - top);
    return top + log(sum);
}

/* Logarithm of the multivariate gamma function of dimension p. */
static double log_multigamma(int p, double a)
{
    double sum = 0.25 * p * (p - 1) * log(3.14159265358979323846);
    for (int j = 0; j < p; j++)
        sum += lgamma(a - 0.5 * j);
    return sum;
}

/* y = L z, L given by its exponentiated diagonal and its packed lower part. */
static void transform(int d, const double *diag, const double *lower, const double *z, double *y)
{
    for (int i = 0; i < d; i++)
        y[i] = diag[i] * z[i];
    const double *l = lower;
    for (int j = 0; j < d; j++)
        for (int i = j + 1; i < d; i++)
            y[i] += *l++ * z[j];
}

static double log_prior(int d, int K, struct gmm_prior prior, const double *diag, const double *log_det, const double *factors)
{
    int packed = d * (d + 1) / 2;
    int dof = d + prior.extra_dof + 1;
    double norm = dof * d * (log(prior.scale) - 0.5 * log(2.0)) - log_multigamma(d, 0.5 * dof);
    double sum = 0;
    for (int k = 0; k < K; k++) {
        double frobenius = 0;
        for (int i = 0; i < d; i++)
            frobenius += diag[k * d + i] * diag[k * d + i];
        for (int i = d; i < packed; i++)
            frobenius += factors[k * packed + i] * factors[k * packed + i];
        sum += 0.5 * prior.scale * prior.scale * frobenius - prior.extra_dof * log_det[k];
    }
    return K * norm - sum;
}

AD_GRAD(alphas, means, factors)
AD_JVP(alphas, means, factors)
double gmm(int d, int K, int n, AD_LEN(K) const double *alphas, AD_LEN(K *d) const double *means,
           AD_LEN(K *(d *(d + 1) / 2)) const double *factors, AD_LEN(n *d) const double *x, struct gmm_prior prior)
{
    int packed = d * (d + 1) / 2;
    double *diag = malloc((size_t)K * d * sizeof *diag);
    double *log_det = malloc(K * sizeof(double));
    double *centered = malloc(d * sizeof(double));
    double *y = malloc(d * sizeof(double));
    double *term = malloc(K * sizeof(double));

    for (int k = 0; k < K; k++) {
        log_det[k] = 0;
        for (int i = 0; i < d; i++) {
            double q = factors[k * packed + i];
            log_det[k] += q;
            diag[k * d + i] = exp(q);
        }
    }

    double likelihood = 0;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < K; k++) {
            for (int j = 0; j < d; j++)
                centered[j] = x[i * d + j] - means[k * d + j];
            transform(d, &diag[k * d], &factors[k * packed + d], centered, y);
            double norm = 0;
            for (int j = 0; j < d; j++)
                norm += y[j] * y[j];
            term[k] = alphas[k] + log_det[k] - 0.5 * norm;
        }
        likelihood += logsumexp(K, term);
    }
    likelihood -= n * (logsumexp(K, alphas) + 0.5 * d * LOG_2PI);
    double posterior = likelihood + log_prior(d, K, prior, diag, log_det, factors);

    free(diag);
    free(log_det);
    free(centered);
    free(y);
    free(term);
    return -posterior;
}
