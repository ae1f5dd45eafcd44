// check: --set rows=6 --set n=9 --set m=11 --range x=0.3:1.2 --range w=-0.6:0.6 --range b=-0.5:0.5
/* Nests in which iterations of a loop run side by side in the loop inside it (transform/jam.c): in so many as the name of a function says;
 * jam.sh counts. batch_: those of the loop over rows, where each row adds to the derivative of the same matrix. */
#include <adgen.h>
#include <math.h>

/* A dense layer. */
AD_VJP(x, w, b -> y)
AD_NOALIAS
void batch_layer(AD_LEN(rows * n) double *y, AD_LEN(rows * m) const double *x, AD_LEN(n * m) const double *w, AD_LEN(n) const double *b,
                int rows, int n, int m)
{
    for (int r = 0; r < rows; r++)
        for (int o = 0; o < n; o++) {
            double s = b[o];
            for (int i = 0; i < m; i++)
                s += w[o * m + i] * x[r * m + i];
            y[r * n + o] = tanh(s);
        }
}

/* In the style of another decade: indices that walk, sums in memory, a total that is handed on. */
AD_GRAD(x, w)
double twice_walked(AD_LEN(rows * m) const double *x, AD_LEN(n * m) const double *w, int rows, int n, int m)
{
    double total = 0, part[32];
    int r, o, i;
    for (r = 0; r < rows; r++, x += m) {
        const double *row = w;
        for (o = 0; o < n; o++) {
            part[o] = 0;
            for (i = 0; i < m; i++)
                part[o] -= *row++ * x[i];
            if (part[o] < 0)
                part[o] *= 0.25;
        }
        for (o = 0; o < n; o++)
            total += part[o] * part[o];
    }
    return total;
}

/* Two dimensions declared; a total in the outer loop. */
AD_GRAD(x, w)
double once_declared(int rows, int n, int m, const double x[rows][m], const double w[n][m])
{
    double total = 0;
    for (int r = 0; r < rows; r++)
        for (int o = 0; o < n; o++) {
            double s = 0.1;
            for (int i = 0; i < m; i++)
                s += w[o][i] * x[r][i];
            total += s * s * s;
        }
    return total;
}

/* Each row is made of the one before it: only the loop inside can run side by side. */
AD_VJP(w, h -> h)
AD_NOALIAS
void twice_recurrent(AD_LEN((rows + 1) * n) double *h, AD_LEN(n * n) const double *w, int rows, int n)
{
    for (int r = 0; r < rows; r++)
        for (int o = 0; o < n; o++) {
            double s = 0;
            for (int i = 0; i < n; i++)
                s += w[o * n + i] * h[r * n + i];
            h[(r + 1) * n + o] = tanh(s);
        }
}

/* Rows of the matrix lie so close that they share elements, which would get their sums in another order. */
AD_VJP(x, w -> y)
AD_NOALIAS
void none_band(AD_LEN(rows * n) double *y, AD_LEN(rows * m) const double *x, AD_LEN(3 * n + m) const double *w, int rows, int n, int m)
{
    for (int r = 0; r < rows; r++)
        for (int o = 0; o < n; o++) {
            double s = 0;
            for (int i = 0; i < m; i++)
                s += w[o * 3 + i] * x[r * m + i];
            y[r * n + o] = s;
        }
}

/* The inner loop's end is another for each o. */
AD_GRAD(x, w)
double none_triangle(AD_LEN(rows * n) const double *x, AD_LEN(n * n) const double *w, int rows, int n)
{
    double total = 0;
    for (int r = 0; r < rows; r++)
        for (int o = 0; o < n; o++) {
            double s = 0;
            for (int i = 0; i <= o; i++)
                s += w[o * n + i] * x[r * n + i];
            total += s * s;
        }
    return total;
}

/* A convolution: places are met again by other iterations of both loops, and would get their sums in another order. */
AD_GRAD(x, w)
double none_convolution(AD_LEN(rows * (n + m)) const double *x, AD_LEN(m) const double *w, int rows, int n, int m)
{
    double total = 0;
    for (int r = 0; r < rows; r++)
        for (int o = 0; o < n; o++) {
            double s = 0;
            for (int i = 0; i < m; i++)
                s += w[i] * x[r * (n + m) + o + i];
            total += s * s;
        }
    return total;
}

/* What an iteration stores, the next one reads. */
AD_VJP(x, w -> x)
AD_NOALIAS
void none_in_turn(AD_LEN(m) double *x, AD_LEN(n * m) const double *w, int rows, int n, int m)
{
    for (int r = 0; r < rows; r++)
        for (int o = 0; o < n && o < m; o++) {
            double s = 0;
            for (int i = 0; i < m; i++)
                s += w[o * m + i] * x[i];
            x[o] = tanh(s);
        }
}

/* What an iteration hands on is where the sum of the next one starts; not so in its reverse. */
AD_GRAD(x, w)
double batch_handed_on(AD_LEN(rows * m) const double *x, AD_LEN(n * m) const double *w, int rows, int n, int m)
{
    double s = 0;
    for (int r = 0; r < rows; r++)
        for (int o = 0; o < n; o++)
            for (int i = 0; i < m; i++)
                s += w[o * m + i] * x[r * m + i];
    return tanh(0.1 * s);
}

/* Two loops: there is little to gain. */
AD_GRAD(w)
double none_shallow(AD_LEN(m) const double *x, AD_LEN(n * m) const double *w, int n, int m)
{
    double total = 0;
    for (int o = 0; o < n; o++) {
        double s = 0;
        for (int i = 0; i < m; i++)
            s += w[o * m + i] * x[i];
        total += s * s;
    }
    return total;
}

/* What an iteration leaves in `last` the next one overwrites: of four at a time three leave nothing. */
AD_JVP(x, w)
double last_found(AD_LEN(n *n) const double *x, AD_LEN(n) const double *w, int n)
{
    double last = 0;
    for (int k = 0; k < n; k++)
        for (int j = 0; j < n; j++) {
            last = 0;
            for (int i = 0; i < n; i++)
                if (x[i * n + j] <= 0.3 + 0.1 * k)
                    last = 0.9 * w[j] * x[i * n + j];
        }
    return last * last;
}
