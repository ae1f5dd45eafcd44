/* activations.c: activation functions and losses of neural networks. */
#include "activations.h"

#include <adgen.h>
#include <math.h>

AD_VJP(x -> out)
void relu(AD_LEN(n) double *out, AD_LEN(n) const double *x, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = x[i] > 0 ? x[i] : 0;
}

AD_GRAD(x)
double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

AD_GRAD(x)
double hyperbolic(double x)
{
    return tanh(x);
}

AD_VJP(x -> p)
void softmax(AD_LEN(n) double *p, AD_LEN(n) const double *x, int n)
{
    double top = x[0], sum = 0;
    for (int i = 1; i < n; i++)
        if (x[i] > top)
            top = x[i];
    for (int i = 0; i < n; i++) {
        p[i] = exp(x[i] - top);
        sum += p[i];
    }
    for (int i = 0; i < n; i++)
        p[i] /= sum;
}

AD_GRAD(prediction)
double mse(AD_LEN(n) const double *prediction, AD_LEN(n) const double *target, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (prediction[i] - target[i]) * (prediction[i] - target[i]);
    return sum / n;
}

AD_GRAD(logits)
double cross_entropy(AD_LEN(n) const double *logits, int class, int n)
{
    double top = logits[0], sum = 0;
    for (int i = 1; i < n; i++)
        top = fmax(top, logits[i]);
    for (int i = 0; i < n; i++)
        sum += exp(logits[i] - top);
    return log(sum) + top - logits[class];
}
