/* linear.c: the loss of linear regression, on all rows, on a batch of them or on one. */
#include "linear.h"

#include <adgen.h>

AD_GRAD(W, b)
double linear_loss(int rows, int features, AD_LEN(rows *features) const double *X, AD_LEN(features) const double *W, double b,
                   AD_LEN(rows) const double *y)
{
    double sum = 0;
    for (int i = 0; i < rows; i++) {
        double error = b - y[i];
        for (int j = 0; j < features; j++)
            error += X[i * features + j] * W[j];
        sum += error * error;
    }
    return sum / rows;
}
