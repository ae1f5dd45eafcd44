// check: --set n=9 --set m=3 --set k=5
// construct: pointers and arrays: arrays
// construct: pointers and arrays: `double a[3][4]`
// construct: pointers and arrays: `double a[n][m]`
// construct: pointers and arrays: `double a[n][m][k]`
// construct: pointers and arrays: typedefs of arrays
// construct: numbers: integers of every width
#include <adgen.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>

AD_VJP(x -> y)
void copy_square(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] * x[n - 1 - i];
}

AD_VJP()
void saxpy(double a, AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] += a * x[i];
}

AD_GRAD()
double dot(AD_LEN(n) const double *x, AD_LEN(n) const double *y, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * y[i];
    return s;
}

AD_VJP(x -> y)
void some_written(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i += 2)
        y[i] = x[i] * 3;
    y[1] += x[0] * y[2];
}

AD_VJP(a, b -> c)
void matmul(double a[4][3], double b[3][5], double c[4][5])
{
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 5; j++) {
            c[i][j] = 0;
            for (int k = 0; k < 3; k++)
                c[i][j] += a[i][k] * b[k][j];
        }
}

AD_GRAD(a)
double trace3(double a[3][3])
{
    double s = 0;
    for (int i = 0; i < 3; i++)
        s += a[i][i] * a[i][2 - i];
    return s;
}

AD_VJP(t -> out)
void tensor(double t[2][3][4], double out[3])
{
    for (int j = 0; j < 3; j++) {
        double s = 0;
        for (int i = 0; i < 2; i++)
            for (int k = 0; k < 4; k++)
                s += t[i][j][k] * t[i][j][3 - k];
        out[j] = s;
    }
}

AD_VJP(a, x -> y)
void matvec(int n, int m, double a[n][m], double x[m], double y[n])
{
    for (int i = 0; i < n; i++) {
        double s = 0;
        for (int j = 0; j < m; j++)
            s += a[i][j] * x[j];
        y[i] = s * s;
    }
}

AD_GRAD(a)
double local_vla(int n, int m, double a[n][m])
{
    double col[m];
    double sq[n][m];
    for (int j = 0; j < m; j++)
        col[j] = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            sq[i][j] = a[i][j] * a[i][j];
            col[j] += sq[i][j];
        }
    double s = 1;
    for (int j = 0; j < m; j++)
        s *= col[j];
    return s + sq[1][1] * sq[0][m - 1];
}

AD_GRAD(t)
double three(int n, int m, double t[n][m][2])
{
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            s += t[i][j][0] * t[i][j][1] * (i + j);
    return s;
}

// Strides of three run-time dimensions: products that the C text implies in a[i][j][l].

AD_VJP(a -> b)
AD_JVP(a -> b)
void seven_points(int n, int m, int k, double a[n][m][k], double b[n][m][k])
{
    for (int i = 1; i < n - 1; i++)
        for (int j = 1; j < m - 1; j++)
            for (int l = 1; l < k - 1; l++)
                b[i][j][l] = 0.125 * (a[i + 1][j][l] - 2.0 * a[i][j][l] + a[i - 1][j][l]) +
                             0.125 * (a[i][j + 1][l] - 2.0 * a[i][j][l] + a[i][j - 1][l]) +
                             0.125 * (a[i][j][l + 1] - 2.0 * a[i][j][l] + a[i][j][l - 1]) + a[i][j][l] * a[i][j][l];
}

AD_VJP(a -> b)
void wide(int n, int m, int k, double a[n][m + 2][k + m + 3], double b[n])
{
    double t[n][k + 1][m + 2];
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < m + 2; j++)
            for (int l = 0; l <= k; l++)
                t[i][l][j] = a[i][j][l] * a[i][j][l + m + 1];
        double(*plane)[k + m + 3] = a[i];
        b[i] = t[i][k][m] * t[i][0][m + 1] + t[i][1][0] * plane[1][2];
    }
}

/* a subscript of 0 is one as well */
AD_VJP(a -> y)
AD_JVP(a -> y)
void planes(int n, int m, int k, double a[n][m][k], AD_LEN(m) double *y)
{
    for (int i = 0; i < m; i++)
        y[i] = a[0][i][2] * a[i][0][1] * a[0][0][i] + a[i][i][0];
}

typedef double Vec3[3];
typedef double Mat3[3][3];

static void mul(const Mat3 m, const Vec3 v, Vec3 out)
{
    for (int i = 0; i < 3; i++)
        out[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
}

AD_VJP(m, v -> w)
void twice(const Mat3 m, const Vec3 v, Vec3 w)
{
    Vec3 t;
    mul(m, v, t);
    mul(m, t, w);
    w[0] *= t[1];
}

AD_GRAD(x)
double widths(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (unsigned char i = 0; i < n; i++)
        s += x[i] * i;
    for (short i = 0; i < (short)n; i++)
        s += x[i] * x[i];
    for (size_t i = 0; i < (size_t)n; i++)
        s += x[i] / (double)(i + 1);
    for (long long i = n - 1; i >= 0; i--)
        s *= 1.0 + 0.1 * x[i];
    for (uint32_t i = 0; i < (uint32_t)n; i += 2u)
        s += x[i] * x[n - 1 - (int)i];
    for (int64_t i = 0; i < n / 2; ++i)
        s -= x[2 * i];
    return s;
}

AD_GRAD(x)
double wraps(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    unsigned char w = 250;
    for (int i = 0; i < n; i++) {
        w += 3;
        s += x[w % n] * x[i];
    }
    return s;
}

AD_GRAD(x)
double reused(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    double tmp[4];
    for (int i = 0; i < n; i++) {
        tmp[0] = x[i];
        for (int k = 1; k < 4; k++)
            tmp[k] = tmp[k - 1] * x[i] + sin(tmp[k - 1]);
        s += tmp[3] * tmp[1];
    }
    return s + tmp[2];
}

AD_GRAD(x)
double fresh(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double acc[3] = {0};
        for (int k = 0; k < 9; k++)
            acc[k % 3] += x[i] * k * (1 + acc[(k + 1) % 3]);
        s += acc[0] * acc[1] + acc[2];
    }
    return s;
}

AD_GRAD(x)
double initialised(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i + 1 < n; i++) {
        double v[2][2] = {{x[i], x[i + 1]}, {1.0, x[i] * x[i]}};
        s += v[0][0] * v[1][1] - v[0][1] * v[1][0];
    }
    return s;
}
