// check: --set n=4 --set m=5 --set steps=9
// Lengths of parameters that are declared as rows: AD_LEN counts rows, as C counts elements.

#include <math.h>
#include <adgen.h>
AD_VJP(x->x)
void rows(AD_LEN(n) double x[][3], int n, int steps)
{
    AD_CHECKPOINT(2)
    for (int s = 0; s < steps; s++)
        for (int i = 0; i < n; i++)
            for (int k = 0; k < 3; k++)
                x[i][k] = sin(x[i][k] + 0.3 * x[(i + 1) % n][(k + 1) % 3]);
}
AD_VJP(x->x)
void copied(AD_LEN(n) double x[][3], int n, int steps)
{
    double w[20][3];
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 3; k++)
            w[i][k] = x[i][k];
    AD_CHECKPOINT(2)
    for (int s = 0; s < steps; s++)
        for (int i = 0; i < n; i++)
            for (int k = 0; k < 3; k++)
                w[i][k] = sin(w[i][k] + 0.3 * w[(i + 1) % n][(k + 1) % 3]);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 3; k++)
            x[i][k] = w[i][k];
}
AD_VJP(x->x)
void declared(int n, int m, double x[n][m], int steps)
{
    AD_CHECKPOINT(2)
    for (int s = 0; s < steps; s++)
        for (int i = 0; i < n; i++)
            for (int k = 0; k < m; k++)
                x[i][k] = sin(x[i][k] + 0.3 * x[(i + 1) % n][(k + 1) % m]);
}
AD_VJP(x->x)
void declared_twice(int n, int m, AD_LEN(n) double x[n][m], int steps)
{
    AD_CHECKPOINT(2)
    for (int s = 0; s < steps; s++)
        for (int i = 0; i < n; i++)
            for (int k = 0; k < m; k++)
                x[i][k] = sin(x[i][k] + 0.3 * x[(i + 1) % n][(k + 1) % m]);
}
enum { NS = 4 };
AD_VJP(x->x)
void constant(double x[NS], int steps)
{
    AD_CHECKPOINT(2)
    for (int s = 0; s < steps; s++)
        for (int i = 0; i < NS; i++)
            x[i] = sin(x[i] + 0.3 * x[(i + 1) % NS]);
}
AD_VJP(x->x)
void constant_rows(double x[NS][3], int steps)
{
    AD_CHECKPOINT(2)
    for (int s = 0; s < steps; s++)
        for (int i = 0; i < NS; i++)
            for (int k = 0; k < 3; k++)
                x[i][k] = sin(x[i][k] + 0.3 * x[(i + 1) % NS][(k + 1) % 3]);
}
AD_VJP(x->x)
void pointer(int n, int m, AD_LEN(n) double (*x)[m], int steps)
{
    AD_CHECKPOINT(2)
    for (int s = 0; s < steps; s++)
        for (int i = 0; i < n; i++)
            for (int k = 0; k < m; k++)
                x[i][k] = sin(x[i][k] + 0.3 * x[(i + 1) % n][(k + 1) % m]);
}
AD_VJP(x->x)
void three(int n, int m, AD_LEN(n) double x[][m][NS], int steps)
{
    AD_CHECKPOINT(2)
    for (int s = 0; s < steps; s++)
        for (int i = 0; i < n; i++)
            for (int k = 0; k < m; k++)
                for (int l = 0; l < NS; l++)
                    x[i][k][l] = sin(x[i][k][l] + 0.3 * x[(i + 1) % n][(k + 1) % m][(l + 1) % NS]);
}

AD_HESSIAN(x)
double cubes(int n, int m, AD_LEN(n) const double (*x)[m])
{
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            s += x[i][j] * x[i][j] * x[(i + j) % n][j];
    return s;
}

AD_JACOBIAN(x->y)
void squares(int n, int m, AD_LEN(n) const double x[][m][NS], AD_LEN(n) double y[n][m])
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < m; k++) {
            y[i][k] = 0;
            for (int l = 0; l < NS; l++)
                y[i][k] += x[i][k][l] * x[i][k][(l + 1) % NS];
        }
}

/* what the custom derivative reads is kept: all rows of it */
static void rotated(AD_LEN(n) double x[][3], int n, double *y)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 3; k++)
            y[3 * i + k] = x[i][k] * x[i][(k + 1) % 3];
}

static void rotated_vjp(double x[][3], int n, double *y, double d_x[][3], double *d_y)
{
    rotated(x, n, y);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) {
            d_x[i][k] += d_y[3 * i + k] * x[i][(k + 1) % 3];
            d_x[i][(k + 1) % 3] += d_y[3 * i + k] * x[i][k];
            d_y[3 * i + k] = 0;
        }
}
AD_CUSTOM_VJP(rotated, rotated_vjp)

AD_VJP(x)
double custom(AD_LEN(n) const double x[][3], int n)
{
    double w[10][3], y[30], s = 0;
    for (int r = 0; r < 3; r++) {
        for (int i = 0; i < n; i++)
            for (int k = 0; k < 3; k++)
                w[i][k] = (r ? y[3 * i + k] : 1) + x[i][k];
        rotated(w, n, y);
    }
    for (int i = 0; i < 3 * n; i++)
        s += y[i] * i;
    return s;
}
