// check: --set L=3 --set n=4 --set steps=3 --len net.input=4 --set net.n=4 --len s.table=8 --len s.gain=1
// construct: pointers and arrays: pointers to inputs that are not listed, then to results
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void dense(const double *w, const double *in, double *out, int n)
{
    for (int i = 0; i < n; i++) {
        double s = 0;
        for (int j = 0; j < n; j++)
            s += w[i * n + j] * in[j];
        out[i] = tanh(s);
    }
}

/* The first layer reads x, which has no d_; the others what the one before has written. */
AD_GRAD(w)
double handed_on(AD_LEN(n *n *L) const double *w, AD_LEN(n) const double *x, int L, int n)
{
    double buf[2][16], e = 0;
    const double *in = x;
    for (int l = 0; l < L; l++) {
        double *out = buf[l & 1];
        dense(w + l * n * n, in, out, n);
        in = out;
    }
    for (int i = 0; i < n; i++)
        e += in[i] * in[i];
    return e;
}

AD_GRAD(w)
double chosen(AD_LEN(n *n *L) const double *w, AD_LEN(n) const double *x, int L, int n)
{
    double acts[8][16], e = 0;
    for (int l = 0; l < L; l++)
        dense(&w[l * n * n], l == 0 ? x : acts[l - 1], acts[l], n);
    for (int i = 0; i < n; i++)
        e += acts[L - 1][i];
    return e;
}

/* In memory: nodes of a network, of which the first is the input. */
typedef struct node {
    int n;
    const double *value;
    struct node *from;
} Node;

AD_VJP(w -> y)
AD_JVP(w -> y)
void nodes(AD_LEN(n *n *L) const double *w, AD_LEN(n) const double *x, AD_LEN(n) double *y, int L, int n)
{
    Node node[9];
    double *made[8];
    node[0].n = n;
    node[0].value = x;
    node[0].from = NULL;
    for (int l = 0; l < L; l++)
        made[l] = malloc(n * sizeof *made[l]);
    for (int l = 0; l < L; l++) {
        node[l + 1] = (Node){n, made[l], &node[l]};
        dense(w + l * n * n, node[l + 1].from->value, made[l], n);
    }
    memcpy(y, node[L].value, n * sizeof *y);
    for (int l = 0; l < L; l++)
        free(made[l]);
}

/* A window that moves over x, then over what was computed. */
AD_GRAD(w)
double windows(AD_LEN(4) const double *w, AD_LEN(8) const double *x, int steps)
{
    double y[8] = {0}, e = 0;
    const double *at = x + 1;
    for (int k = 0; k < 2 * steps; k++) {
        y[k] = w[k & 3] * at[0] * at[1] + sin(w[3] * at[-1]);
        at = k < 3 ? at + 1 : y + (k & 1) + 1;
    }
    for (int k = 0; k < 8; k++)
        e += y[k] * y[k];
    return e;
}

/* Reached from a struct that is not listed, given by value or by pointer. */
struct net {
    int n;
    const double *input;
};

AD_GRAD(w)
double by_value(struct net net, AD_LEN(16) const double *w, int L)
{
    double h[4] = {0}, t[4];
    const double *in = net.input;
    for (int l = 0; l < L; l++) {
        dense(w, in, t, net.n);
        memcpy(h, t, sizeof h);
        in = h;
    }
    return h[0] + h[1] * h[2];
}

struct tables {
    const double *table;
    const double *gain;
};

AD_GRAD(w)
double by_pointer(const struct tables *s, AD_LEN(8) const double *w, int steps)
{
    double own[8], e = 0;
    for (int i = 0; i < 8; i++)
        own[i] = w[i] * s->gain[0];
    for (int k = 0; k < steps; k++) {
        const double *from = k % 2 ? s->table : own;
        while (from < (k % 2 ? s->table : own) + 7) {
            e += from[0] * from[1] * w[k];
            from += 2;
        }
    }
    return e;
}
