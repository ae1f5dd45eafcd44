#ifndef NETWORK_H
#define NETWORK_H

enum { IN = 2, HIDDEN = 24 };

typedef struct {
    double w1[HIDDEN][IN], b1[HIDDEN];
    double w2[HIDDEN][HIDDEN], b2[HIDDEN];
    double w3[HIDDEN], b3;
} Network;

/* The network's opinion on x: above 0 is class 1. */
double score(const Network *net, const double x[IN]);

/* Mean logistic loss over n points x[n][IN] of class 0 or 1. */
double loss(const Network *net, int n, const double x[][IN], const int *class);

#endif
