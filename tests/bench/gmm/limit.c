/* The mixture's gradient by hand: each sample is reversed as soon as its likelihood is known, so only K*2d numbers are kept.
 * The weights of log-sum-exp are its softmax. */
#include "gmm.h"

#include <math.h>
#include <stdlib.h>

double gmm_limit(int d, int K, int n, const double *alphas, const double *means, const double *factors, const double *x,
                 struct gmm_prior prior, double *d_alphas, double *d_means, double *d_factors);

/* x becomes softmax(x); returns log-sum-exp. */
static double softmax(int n, double *x)
{
    double top = x[0], sum = 0;
    for (int i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
    for (int i = 0; i < n; i++) {
        x[i] = exp(x[i] - top);
        sum += x[i];
    }
    double inverse = 1 / sum;
    for (int i = 0; i < n; i++)
        x[i] *= inverse;
    return top + log(sum);
}

/* c = x - mean, y = L c; returns |y|^2. */
static double distance(int d, const double *x, const double *mean, const double *diag, const double *l, double *restrict c,
                       double *restrict y)
{
    double norm = 0;
    for (int i = 0; i < d; i++) {
        c[i] = x[i] - mean[i];
        y[i] = diag[i] * c[i];
    }
    for (int j = 0; j < d; j++) {
        double cj = c[j];
        for (int i = j + 1; i < d; i++)
            y[i] += l[i - j - 1] * cj;
        l += d - j - 1;
    }
    for (int i = 0; i < d; i++)
        norm += y[i] * y[i];
    return norm;
}

/* The reverse of distance; weight is the derivative of -0.5 |y|^2. */
static void reverse_distance(int d, double weight, const double *diag, const double *l, const double *c, double *restrict y,
                             double *restrict d_diag, double *restrict d_l, double *restrict d_mean)
{
    for (int i = 0; i < d; i++)
        y[i] *= -weight;
    for (int j = 0; j < d; j++) {
        double cj = c[j], d_c = y[j] * diag[j];
        d_diag[j] += y[j] * cj;
        for (int i = j + 1; i < d; i++) {
            d_c += y[i] * l[i - j - 1];
            d_l[i - j - 1] += y[i] * cj;
        }
        d_mean[j] -= d_c;
        l += d - j - 1;
        d_l += d - j - 1;
    }
}

/* Minus the logarithm of the prior's density. */
static double prior_term(int d, int K, struct gmm_prior prior, const double *diag, const double *log_det, const double *factors,
                         double *d_diag, double *d_log_det, double *d_factors)
{
    int packed = d * (d + 1) / 2, dof = d + prior.extra_dof + 1;
    double norm = dof * d * (log(prior.scale) - 0.5 * log(2.0)) - 0.25 * d * (d - 1) * log(3.14159265358979323846);
    double sum = 0, square = prior.scale * prior.scale;
    for (int j = 0; j < d; j++)
        norm -= lgamma(0.5 * (dof - j));
    for (int k = 0; k < K; k++) {
        double frobenius = 0;
        for (int i = k * d; i < (k + 1) * d; i++) {
            frobenius += diag[i] * diag[i];
            d_diag[i] += square * diag[i];
        }
        for (int i = k * packed + d; i < (k + 1) * packed; i++) {
            frobenius += factors[i] * factors[i];
            d_factors[i] += square * factors[i];
        }
        sum += 0.5 * square * frobenius - prior.extra_dof * log_det[k];
        d_log_det[k] -= prior.extra_dof;
    }
    return sum - K * norm;
}

double gmm_limit(int d, int K, int n, const double *alphas, const double *means, const double *factors, const double *x,
                 struct gmm_prior prior, double *d_alphas, double *d_means, double *d_factors)
{
    int packed = d * (d + 1) / 2;
    size_t Kd = (size_t)K * d;
    double *memory = calloc(4 * Kd + 3 * K, sizeof *memory), *diag = memory, *d_diag = diag + Kd, *centered = d_diag + Kd;
    double *y = centered + Kd, *log_det = y + Kd, *d_log_det = log_det + K, *term = d_log_det + K;
    double value = 0;

    for (int k = 0; k < K; k++)
        for (int i = 0; i < d; i++) {
            log_det[k] += factors[k * packed + i];
            diag[k * d + i] = exp(factors[k * packed + i]);
        }
    for (int s = 0; s < n; s++) {
        for (int k = 0; k < K; k++)
            term[k] =
                alphas[k] + log_det[k] -
                0.5 * distance(d, &x[s * d], &means[k * d], &diag[k * d], &factors[k * packed + d], &centered[k * d], &y[k * d]);
        value -= softmax(K, term);
        for (int k = 0; k < K; k++) {
            d_log_det[k] -= term[k];
            reverse_distance(d, -term[k], &diag[k * d], &factors[k * packed + d], &centered[k * d], &y[k * d], &d_diag[k * d],
                             &d_factors[k * packed + d], &d_means[k * d]);
        }
    }
    for (int k = 0; k < K; k++) {
        d_alphas[k] += d_log_det[k];
        term[k] = alphas[k];
    }
    value += n * (softmax(K, term) + 0.5 * d * 1.8378770664093454836);
    for (int k = 0; k < K; k++)
        d_alphas[k] += n * term[k];
    value += prior_term(d, K, prior, diag, log_det, factors, d_diag, d_log_det, d_factors);
    for (int k = 0; k < K; k++)
        for (int i = 0; i < d; i++)
            d_factors[k * packed + i] += d_diag[k * d + i] * diag[k * d + i] + d_log_det[k];
    free(memory);
    return value;
}
