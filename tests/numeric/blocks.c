// check: -fassociative --set n=21 --set d=5 --set K=3 --range x=-1:1 --range q=0.2:0.9 --range mean=-0.5:0.5 --set 'length[i]=1+i%6' --set 'place[i]=i%4' --set 'class[i]=i%3'
/* Loops over samples under -fassociative (transform/block.c). In functions that start with side_ some iterations run side by side, in those
 * with alone_ none: block.sh looks. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* A mixture: packed triangles, scratch from malloc, the logarithm of a sum of exponentials. */
AD_GRAD(mean, q)
double side_mixture(int n, int d, int K, AD_LEN(n * d) const double *x, AD_LEN(K * d) const double *mean,
                    AD_LEN(K * d * (d + 1) / 2) const double *q)
{
    double *c = malloc((size_t)d * sizeof *c), *y = malloc((size_t)d * sizeof *y), *term = malloc((size_t)K * sizeof *term);
    double total = 0;
    for (int i = 0; i < n; i++) {
        double top, sum = 0;
        for (int k = 0; k < K; k++) {
            const double *l = q + k * d * (d + 1) / 2;
            double norm = 0;
            for (int j = 0; j < d; j++)
                c[j] = x[i * d + j] - mean[k * d + j];
            for (int j = 0; j < d; j++) {
                y[j] = 0;
                for (int h = 0; h <= j; h++)
                    y[j] += *l++ * c[h];
                norm += y[j] * y[j];
            }
            term[k] = -0.5 * norm;
        }
        top = term[0];
        for (int k = 1; k < K; k++)
            if (term[k] > top)
                top = term[k];
        for (int k = 0; k < K; k++)
            sum += exp(term[k] - top);
        total += top + log(sum);
    }
    free(c);
    free(y);
    free(term);
    return total;
}

/* Local arrays; a branch, a table and a counter that differ between samples; a second sum. */
AD_GRAD(mean, q)
double side_branches(int n, AD_LEN(n * 6) const double *x, AD_LEN(18) const double *mean, AD_LEN(21) const double *q,
                     AD_LEN(n) const int *class)
{
    double total = 0, bent = 0;
    for (int i = 0; i < n; i++) {
        double c[6], s = 0;
        const double *row = x + i * 6;
        int at = 0, which = class[i];
        for (int j = 0; j < 6; j++)
            c[j] = row[j] - mean[which * 6 + j];
        for (int j = 0; j < 6; j++)
            for (int h = 0; h <= j; h++)
                s += q[at++] * c[j] * c[h] * (c[j] + 0.5 * c[h]);
        if (s > 0.1)
            s = 0.1 + 0.5 * (s - 0.1);
        else if (which == 2)
            s *= 2;
        total += s * s - 0.1 * s;
        bent += s * s * s;
    }
    return total - 0.3 * bent;
}

/* Single precision: eight of them. What is written is an iteration's own. */
AD_VJP(x, q -> y)
AD_NOALIAS
void side_float(int n, int d, AD_LEN(n * d) const float *x, AD_LEN(d * d) const float *q, AD_LEN(n) float *y)
{
    for (int i = 0; i < n; i++) {
        float s = 1;
        for (int j = 0; j < d; j++) {
            float t = 0;
            for (int h = j; h < d; h++)
                t += q[j * d + h] * q[h * d + j] * (1 + t * t * 0.1f);
            s += t * t * x[i * d + j] / (1 + t * t);
        }
        y[i] = s * s;
    }
}

/* The memory of the sample before: not independent. */
AD_GRAD(q)
double alone_memory(int n, AD_LEN(n * 6) const double *x, AD_LEN(36) const double *q)
{
    double run[6] = {0}, total = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < 6; j++) {
            run[j] = 0.5 * run[j];
            for (int h = 0; h <= j; h++)
                run[j] += q[j * 6 + h] * q[h * 6 + j] * x[i * 6 + h];
            total += run[j] * run[j];
        }
    return total;
}

/* ... the same in a scalar. */
AD_GRAD(q)
double alone_scalar(int n, AD_LEN(n * 6) const double *x, AD_LEN(36) const double *q)
{
    double total = 1;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < 6; j++) {
            double s = 0;
            for (int h = 0; h <= j; h++)
                s += q[j * 6 + h] * q[h * 6 + j] * x[i * 6 + h];
            total = 0.9 * total + s * s;
        }
    return total;
}

/* A sample says how far the loop goes. */
AD_GRAD(q)
double alone_lengths(int n, AD_LEN(n * 6) const double *x, AD_LEN(36) const double *q, AD_LEN(n) const int *length)
{
    double total = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < length[i]; j++) {
            double s = 0;
            for (int h = 0; h <= j; h++)
                s += q[j * 6 + h] * q[h * 6 + j] * x[i * 6 + h];
            total += s * s;
        }
    return total;
}

/* Samples that overwrite each other's results. */
AD_VJP(q -> y)
AD_NOALIAS
void alone_places(int n, AD_LEN(n * 6) const double *x, AD_LEN(36) const double *q, AD_LEN(4) double *y, AD_LEN(n) const int *place)
{
    for (int i = 0; i < n; i++) {
        double s = 0;
        for (int j = 0; j < 6; j++)
            for (int h = 0; h <= j; h++)
                s += q[j * 6 + h] * q[h * 6 + j] * x[i * 6 + h];
        y[place[i]] = s * s;
    }
}

/* Rows that are read once: there is nothing to gain. */
AD_GRAD(mean)
double alone_rows(int n, int d, AD_LEN(n * d) const double *x, AD_LEN(d) const double *mean)
{
    double total = 0;
    for (int i = 0; i < n; i++) {
        double s = 0;
        for (int j = 0; j < d; j++)
            s += x[i * d + j] * mean[j];
        total += s * s;
    }
    return total;
}
