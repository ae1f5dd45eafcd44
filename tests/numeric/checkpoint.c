// check: --set n=9 --set steps=11 --set m=4
// directions: --directions: parameter 's' is a struct or a pointer to pointers, which cannot have several directions
// construct: control flow: `AD_CHECKPOINT` before time loops
#include <adgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

AD_GRAD(p)
double scalars(AD_LEN(2) const double *p, int steps)
{
    double x = 0.3, s = 0;
    AD_CHECKPOINT(3)
    for (int t = 0; t < steps; t++) {
        x = p[0] * x * (1 - x) + 0.01 * p[1];
        s += x * x;
    }
    return s + x;
}

AD_VJP(u -> u)
void burgers(AD_LEN(n) double *u, int n, int steps)
{
    double next[20];
    AD_CHECKPOINT()
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            next[i] = u[i] - 0.1 * u[i] * (u[i] - u[i - 1]) + 0.05 * (u[i + 1] - 2 * u[i] + u[i - 1]);
        for (int i = 1; i < n - 1; i++)
            u[i] = next[i];
    }
    u[0] = sin(u[1]);
}

/* Buffers that the loop exchanges, counting down by two. */
AD_GRAD(start)
double exchanged(AD_LEN(n) const double *start, int n, int steps)
{
    double *u = malloc((size_t)n * sizeof *u), *v = malloc((size_t)n * sizeof *v), s = 0;
    memcpy(u, start, (size_t)n * sizeof *u);
    AD_CHECKPOINT(2)
    for (int t = steps; t > 1; t -= 2) {
        for (int i = 0; i < n; i++)
            v[i] = u[i] * (1 - 0.1 * u[(i + 1) % n]) + 0.01 * t;
        double *old = u;
        u = v;
        v = old;
    }
    for (int i = 0; i < n; i++)
        s += u[i] * u[i];
    free(u);
    free(v);
    return s;
}

typedef struct {
    double q[3], p[3], energy;
    int left;
} State;

/* A state in a struct; another loop after it overwrites what the first one read. */
AD_VJP(s, mass -> s)
void leapfrog(State *s, double mass, int steps)
{
    double force[3] = {0.1, 0.2, 0.3};
    AD_CHECKPOINT(1)
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 3; i++)
            s->p[i] -= 0.1 * sin(s->q[i]) * force[i];
        for (int i = 0; i < 3; i++)
            s->q[i] += 0.1 * s->p[i] / mass;
        s->left = t;
    }
    for (int i = 0; i < 3; i++)
        force[i] = s->q[i] * s->p[i];
    s->energy = force[0] + force[1] * force[2];
}

/* The steps of each run are checkpointed, and so are the runs. */
AD_GRAD(x)
double nested(AD_LEN(3) const double *x, int steps, int m)
{
    double y = 0.4, z[3] = {0.1, 0.2, 0.3};
    AD_CHECKPOINT(2)
    for (int k = 0; k < m; k++) {
        AD_CHECKPOINT(2)
        for (int t = 0; t < steps; t++) {
            if (t % 3 == k % 3)
                z[t % 3] = sin(z[(t + 1) % 3] * x[t % 3]) + y;
            y = cos(y * z[0]);
        }
        z[k % 3] *= y;
    }
    return y + z[0] * z[1] * z[2];
}

/* Independent samples, each with time steps; what is printed is printed once. */
AD_GRAD(w)
double samples(AD_LEN(m) const double *w, int m, int steps)
{
    double loss = 0;
    for (int k = 0; k < m; k++) {
        double h = 0.1;
        AD_CHECKPOINT(2)
        for (int t = 0; t < steps; t++) {
            if (h > 1e3)
                printf("large\n");
            h = tanh(w[k] * h + 0.2 * t);
        }
        loss += h * h;
    }
    return loss;
}

/* Linear: nothing is needed of the steps. In a branch. */
AD_VJP(u -> u)
void heat(AD_LEN(n) double *u, AD_LEN(1) double *a, int n, int steps)
{
    if (steps > 2) {
        double k = a[0];
        AD_CHECKPOINT(3)
        for (int t = 0; t < steps; t++) {
            double left = u[0];
            for (int i = 1; i < n - 1; i++) {
                double here = u[i];
                u[i] += k * (left - 2 * here + u[i + 1]) * u[i + 1];
                left = here;
            }
        }
        a[0] = 7;
    }
}

static double field[6] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
double shared[6];

AD_GRAD(x)
double globals(double x, int steps)
{
    for (int i = 0; i < 6; i++)
        shared[i] = field[i];
    AD_CHECKPOINT(4)
    for (int t = 0; t != steps; ++t) {
        shared[t % 6] = sin(shared[(t + 1) % 6] * x);
        x *= 1 + 0.01 * shared[2];
    }
    return x * shared[0];
}

/* An independent that the steps overwrite has a shadow of the function's own. */
AD_GRAD(u)
double relaxed(AD_LEN(4) double *u, int steps)
{
    double s = 0;
    AD_CHECKPOINT(3)
    for (int t = 0; t < steps; t++)
        for (int i = 1; i < 4; i++)
            u[i] = sin(u[i] * u[i - 1]);
    for (int i = 0; i < 4; i++)
        s += u[i] * u[i];
    return s;
}
