// construct: functions: second derivatives of recursive functions that return records
#include <math.h>
#include <adgen.h>
typedef struct { double v, w; } Two;
static Two fib(double x, double y, int n)
{
    if (n <= 1) {
        Two r = {sin(x * n), y * x};
        return r;
    }
    Two a = fib(x, y, n - 1), b = fib(x * y, y, n - 2);
    Two r = {a.v * b.w + x, a.w + b.v * y};
    return r;
}
AD_GRAD() AD_JVP()
double f(double x, double y)
{
    Two t = fib(x, y, 4);
    return t.v * t.w;
}
typedef struct { double m[2][2]; } Mat;
static Mat mul(Mat a, Mat b)
{
    Mat c = {{{0}}};
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            for (int k = 0; k < 2; k++)
                c.m[i][j] += a.m[i][k] * b.m[k][j];
    return c;
}
static Mat power(Mat a, int n)
{
    if (n == 0) {
        Mat one = {{{1, 0}, {0, 1}}};
        return one;
    }
    if (n % 2)
        return mul(a, power(a, n - 1));
    Mat h = power(a, n / 2);
    return mul(h, h);
}
AD_GRAD() AD_JVP()
double g(AD_LEN(4) const double *x, int n)
{
    Mat a = {{{x[0], x[1]}, {x[2], x[3]}}};
    Mat p = power(a, n);
    return p.m[0][0] * p.m[1][1] + p.m[0][1];
}
static Two sum(const double *x, int lo, int hi)
{
    if (hi - lo == 1) {
        Two r = {x[lo], x[lo] * x[lo]};
        return r;
    }
    int mid = (lo + hi) / 2;
    Two a = sum(x, lo, mid), b = sum(x, mid, hi);
    a.v += b.v;
    a.w += b.w * a.v;
    return a;
}
AD_GRAD() AD_JVP()
double h(AD_LEN(n) const double *x, int n)
{
    Two t = sum(x, 0, n);
    return t.w / n - t.v * t.v;
}
