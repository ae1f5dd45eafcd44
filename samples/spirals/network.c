/* network.c: a classifier of points in the plane: two layers of tanh and its loss. */
#include "network.h"

#include <adgen.h>
#include <math.h>

double score(const Network *net, const double x[IN])
{
    double h1[HIDDEN], h2[HIDDEN], sum = net->b3;
    for (int i = 0; i < HIDDEN; i++)
        h1[i] = tanh(net->w1[i][0] * x[0] + net->w1[i][1] * x[1] + net->b1[i]);
    for (int i = 0; i < HIDDEN; i++) {
        double s = net->b2[i];
        for (int j = 0; j < HIDDEN; j++)
            s += net->w2[i][j] * h1[j];
        h2[i] = tanh(s);
    }
    for (int i = 0; i < HIDDEN; i++)
        sum += net->w3[i] * h2[i];
    return sum;
}

AD_GRAD(net)
AD_JVP(net)
double loss(const Network *net, int n, const double x[][IN], const int *class)
{
    double sum = 0;
    for (int k = 0; k < n; k++) {
        double s = score(net, x[k]);
        sum += class[k] ? log1p(exp(-s)) : log1p(exp(s));
    }
    return sum / n;
}
