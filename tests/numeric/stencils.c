// check: --set n=23 --set m=9 --set steps=3 --set k=4
/* Reverse loops that scatter sums over neighbours gather them instead (transform/gather.c), and some that must not; tests/gather.sh says
 * which is which. */
#include <adgen.h>
#include <stdlib.h>

/* Three points, and coefficients between them. */
AD_VJP(u, c -> v)
AD_NOALIAS
void three(AD_LEN(n) double *v, AD_LEN(n) const double *u, AD_LEN(n) const double *c, int n)
{
    for (int i = 1; i < n - 1; i++)
        v[i] = u[i] + 0.1 * (c[i] * (u[i + 1] - u[i]) - c[i - 1] * (u[i] - u[i - 1]));
}

/* The same in another style: pointers that walk, and a loop that counts down. */
AD_VJP(u -> v)
AD_NOALIAS
void walked(AD_LEN(n) double *v, AD_LEN(n) const double *u, int n)
{
    const double *at = u + 1;
    double *to = v + 1;
    int left = n - 2;
    while (left-- > 0) {
        *to++ = at[-1] - 2 * at[0] + 0.5 * at[1];
        at++;
    }
}

/* Five points in a row, from the first to the last as <= says. */
AD_VJP(u -> v)
AD_NOALIAS
void five(AD_LEN(n) float *v, AD_LEN(n) const float *u, int n)
{
    for (int i = 2; i <= n - 3; i++)
        v[i] = 0.5f * u[i - 2] - u[i - 1] * u[i] + u[i + 1] * 3 + u[i + 2];
}

/* A step in time in two dimensions: rows above and below are other elements. */
AD_GRAD(u)
double plate(int n, int m, int steps, const double u[n][m])
{
    double (*now)[m] = malloc(n * sizeof *now), (*next)[m] = malloc(n * sizeof *next), sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            next[i][j] = now[i][j] = u[i][j];
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++)
                next[i][j] = 0.2 * (now[i][j] + now[i - 1][j] + now[i + 1][j] + now[i][j - 1] + now[i][j + 1]);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++)
                now[i][j] = next[i][j];
    }
    for (int i = 0; i < n; i++)
        sum += now[i][m / 2] * now[i][m / 2] * (i + 1);
    free(now);
    free(next);
    return sum;
}

/* Steps: what they leave is copied, so that the elements are zero before the sums. */
AD_GRAD(first)
double rod(AD_LEN(n) const double *first, int n, int steps)
{
    double *u = malloc(n * sizeof *u), *next = malloc(n * sizeof *next), sum = 0;
    for (int i = 0; i < n; i++)
        u[i] = first[i];
    for (int t = 0; t < steps; t++) {
        next[0] = u[1];
        for (int i = 1; i < n - 1; i++)
            next[i] = u[i] + 0.2 * (u[i - 1] + u[i + 1] - 2 * u[i]);
        next[n - 1] = 0.5 * u[n - 2];
        for (int i = 0; i < n; i++)
            u[i] = next[i];
    }
    for (int i = 0; i < n; i++)
        sum += u[i] * u[i];
    free(u);
    free(next);
    return sum;
}

/* ... but these are not all. */
AD_GRAD(first)
double half(AD_LEN(n) const double *first, int n, int steps)
{
    double *u = malloc(n * sizeof *u), *next = malloc(n * sizeof *next), sum = 0;
    for (int i = 0; i < n; i++)
        next[i] = u[i] = first[i];
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            next[i] = u[i] + 0.2 * (u[i - 1] + u[i + 1] - 2 * u[i]);
        for (int i = n / 2; i < n; i++)
            u[i] = next[i];
    }
    for (int i = 0; i < n; i++)
        sum += u[i] * u[i];
    free(u);
    free(next);
    return sum;
}

/* ... and these are more, nobody knows how many. */
AD_GRAD(first)
double margin(AD_LEN(n) const double *first, int k, int n, int steps)
{
    double *u = calloc(n + k, sizeof *u), *next = calloc(n + k, sizeof *next), sum = 0;
    for (int i = 0; i < n; i++)
        u[i] = first[i];
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            next[i] = u[i] + 0.2 * (u[i - 1] + u[i + 1] - 2 * u[i]) * u[i];
        for (int i = 0; i < n + k; i++)
            u[i] = next[i];
    }
    for (int i = 0; i < n; i++)
        sum += u[i] * u[i];
    free(u);
    free(next);
    return sum;
}

/* Five points: two elements at one end stay out, three at the other. */
AD_GRAD(first)
double wide(AD_LEN(n) const double *first, int n, int steps)
{
    double *u = malloc(n * sizeof *u), *next = malloc(n * sizeof *next), sum = 0;
    for (int i = 0; i < n; i++)
        next[i] = u[i] = first[i];
    for (int t = 0; t < steps; t++) {
        for (int i = 2; i < n - 3; i++)
            next[i] = u[i] + 0.1 * (u[i - 2] + u[i - 1] * u[i] + u[i + 1] + u[i + 2]);
        for (int i = 0; i < n; i++)
            u[i] = next[i];
    }
    for (int i = 0; i < n; i++)
        sum += u[i] * u[i];
    free(u);
    free(next);
    return sum;
}

/* (int)n may be another number than n. */
AD_GRAD(first)
double cut(AD_LEN(n) const double *first, size_t n, int steps)
{
    double *u = malloc(n * sizeof *u), *next = malloc(n * sizeof *next), sum = 0;
    for (size_t i = 0; i < n; i++)
        next[i] = u[i] = first[i];
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < (int)n - 1; i++)
            next[i] = u[i] + 0.1 * (u[i - 1] + u[i + 1]);
        for (size_t i = 0; i < n; i++)
            u[i] = next[i];
    }
    for (size_t i = 0; i < n; i++)
        sum += u[i] * u[i];
    free(u);
    free(next);
    return sum;
}

/* Two loops add to what one has cleared. */
AD_GRAD(first)
double two_loops(AD_LEN(n) const double *first, int n, int steps)
{
    double *u = malloc(n * sizeof *u), *next = malloc(n * sizeof *next), sum = 0;
    for (int i = 0; i < n; i++)
        next[i] = u[i] = first[i];
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            next[i] = u[i - 1] * u[i] + u[i + 1];
        for (int i = 1; i < n - 1; i++)
            next[i] += 0.1 * u[i - 1] * u[i + 1];
        for (int i = 0; i < n; i++)
            u[i] = next[i];
    }
    for (int i = 0; i < n; i++)
        sum += u[i] * u[i];
    free(u);
    free(next);
    return sum;
}

/* A start that is not known. */
AD_VJP(u -> v)
AD_NOALIAS
void from(AD_LEN(n) double *v, AD_LEN(n) const double *u, int k, int n)
{
    for (int i = k; i < n - 1; i++)
        v[i] = u[i] * u[i + 1];
}

/* Arguments that may overlap: there is a version for those that do not. */
AD_VJP(u -> v)
void shared(AD_LEN(n) double *v, AD_LEN(n) const double *u, int n)
{
    for (int i = 1; i < n - 1; i++) {
        double below = u[i - 1], above = u[i + 1];
        v[i] = below * u[i] + above;
    }
}

/* What the loop hands on stays in it. */
AD_GRAD(u, c)
double loss(AD_LEN(n) const double *u, AD_LEN(n) const double *c, int n)
{
    double sum = 0, d;
    for (int i = 0; i < n - 1; i++) {
        d = u[i + 1] - u[i];
        sum += c[i] * d * d;
    }
    return sum;
}

/* Not: each new element needs the one before. */
AD_VJP(u -> u)
void in_place(AD_LEN(n) double *u, int n)
{
    for (int i = 1; i < n - 1; i++)
        u[i] = 0.3 * (u[i - 1] + u[i] + u[i + 1]);
}

/* Not: a distance that is not constant, so that no order of the sums is known. */
AD_VJP(u -> v)
AD_NOALIAS
void distant(AD_LEN(n) double *v, AD_LEN(n) const double *u, int k, int n)
{
    for (int i = k; i < n - k; i++)
        v[i] = u[i - k] * u[i + k];
}

/* Not: quotients would be computed three times. */
AD_VJP(u, c -> v)
AD_NOALIAS
void quotients(AD_LEN(n) double *v, AD_LEN(n) const double *u, AD_LEN(n) const double *c, int n)
{
    for (int i = 1; i < n - 1; i++)
        v[i] = (u[i - 1] + 2 * u[i] + u[i + 1]) / (1 + c[i] * c[i]);
}

/* Not: elements picked by an index. */
AD_VJP(u -> v)
AD_NOALIAS
void picked(AD_LEN(n) double *v, AD_LEN(n) const double *u, int k, int n)
{
    for (int i = 1; i < n - 1; i++)
        v[i] = u[i * k % (n - 1)] + u[i * k % (n - 1) + 1];
}

/* Not: no more than eight. */
AD_GRAD(u)
double eight(const double u[10])
{
    double s = 0;
    for (int i = 1; i < 9; i++) {
        double v = u[i - 1] - 2 * u[i] + u[i + 1];
        s += v * v * v;
    }
    return s;
}
