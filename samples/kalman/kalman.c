/* kalman.c: log-likelihood of noisy positions of something that moves with random accelerations, by the Kalman filter. */
#include "kalman.h"

#include <adgen.h>
#include <math.h>

static void mat_mul(double c[NX][NX], double a[NX][NX], double b[NX][NX])
{
    for (int i = 0; i < NX; i++)
        for (int j = 0; j < NX; j++) {
            c[i][j] = 0;
            for (int k = 0; k < NX; k++)
                c[i][j] += a[i][k] * b[k][j];
        }
}

static void mat_mul_transposed(double c[NX][NX], double a[NX][NX], double b[NX][NX])
{
    for (int i = 0; i < NX; i++)
        for (int j = 0; j < NX; j++) {
            c[i][j] = 0;
            for (int k = 0; k < NX; k++)
                c[i][j] += a[i][k] * b[j][k];
        }
}

/* Transition F and process noise Q; accelerations are constant over a step. */
static void build(const struct model *m, double F[NX][NX], double Q[NX][NX])
{
    double var = exp(2 * m->log_accel), dt = m->dt;
    for (int i = 0; i < NX; i++)
        for (int j = 0; j < NX; j++) {
            F[i][j] = i == j;
            Q[i][j] = 0;
        }
    for (int i = 0; i < NZ; i++) {
        F[i][i + NZ] = dt;
        F[i + NZ][i + NZ] = exp(-m->drag * dt);
        Q[i][i] = var * dt * dt * dt * dt / 4;
        Q[i][i + NZ] = Q[i + NZ][i] = var * dt * dt * dt / 2;
        Q[i + NZ][i + NZ] = var * dt * dt;
    }
}

static void predict(double x[NX], double P[NX][NX], double F[NX][NX], double Q[NX][NX])
{
    double fx[NX], FP[NX][NX];
    for (int i = 0; i < NX; i++) {
        fx[i] = 0;
        for (int j = 0; j < NX; j++)
            fx[i] += F[i][j] * x[j];
    }
    for (int i = 0; i < NX; i++)
        x[i] = fx[i];
    mat_mul(FP, F, P);
    mat_mul_transposed(P, FP, F);
    for (int i = 0; i < NX; i++)
        for (int j = 0; j < NX; j++)
            P[i][j] += Q[i][j];
}

/* Takes the measurement z in; returns its log-likelihood given those before. Only the first NZ states are measured. */
static double update(const struct model *m, double x[NX], double P[NX][NX], const double z[NZ])
{
    double a = P[0][0] + exp(2 * m->log_noise[0]);
    double b = P[0][1];
    double c = P[1][1] + exp(2 * m->log_noise[1]);
    double det = a * c - b * b;
    double inv[NZ][NZ] = {{c / det, -b / det}, {-b / det, a / det}};
    double r[NZ] = {z[0] - x[0], z[1] - x[1]};
    double K[NX][NZ], old[NZ][NX];

    for (int i = 0; i < NX; i++)
        for (int j = 0; j < NZ; j++) {
            K[i][j] = 0;
            for (int k = 0; k < NZ; k++)
                K[i][j] += P[i][k] * inv[k][j];
        }
    for (int k = 0; k < NZ; k++)
        for (int j = 0; j < NX; j++)
            old[k][j] = P[k][j];
    for (int i = 0; i < NX; i++)
        for (int k = 0; k < NZ; k++) {
            x[i] += K[i][k] * r[k];
            for (int j = 0; j < NX; j++)
                P[i][j] -= K[i][k] * old[k][j];
        }
    double square = 0;
    for (int i = 0; i < NZ; i++)
        for (int j = 0; j < NZ; j++)
            square += r[i] * inv[i][j] * r[j];
    return -0.5 * (square + log(det) + NZ * log(2 * 3.14159265358979323846));
}

AD_GRAD(m)
AD_JVP(m)
double kalman_loglik(const struct model *m, int T, AD_LEN(T) double z[][NZ])
{
    double x[NX], P[NX][NX] = {{0}}, F[NX][NX], Q[NX][NX];
    double sum = 0;

    for (int i = 0; i < NX; i++) {
        x[i] = m->start[i];
        P[i][i] = 1;
    }
    build(m, F, Q);
    for (int t = 0; t < T; t++) {
        if (t > 0)
            predict(x, P, F, Q);
        if (z[t][0] < m->missing_below)
            continue;
        sum += update(m, x, P, z[t]);
    }
    return sum;
}
