// check: --set n=5
// construct: functions: functions of a variable number of arguments
#include <math.h>
#include <stdarg.h>
#include <adgen.h>
struct mat {
    int r, c;
    double a[9];
};
static void mat_init(struct mat *m, int r, int c, ...)
{
    va_list ap;
    m->r = r;
    m->c = c;
    va_start(ap, c);
    for (int i = 0; i < r * c; i++)
        m->a[i] = va_arg(ap, double);
    va_end(ap);
}
enum { ADD = 1, MUL, NEG, END = 0 };
static double eval(double start, ...)
{
    va_list ap, again;
    double v = start;
    int op;
    va_start(ap, start);
    va_copy(again, ap);
    while ((op = va_arg(ap, int)) != END)
        switch (op) {
        case ADD:
            v += va_arg(ap, double);
            break;
        case MUL:
            v *= *va_arg(ap, const double *);
            break;
        case NEG:
            v = -v;
            break;
        }
    v += va_arg(again, int);
    va_end(again);
    va_end(ap);
    return v;
}
AD_GRAD(x)
double f(AD_LEN(n) const double *x, int n)
{
    struct mat m;
    float q = (float)x[3];
    mat_init(&m, 2, 2, x[0], sin(x[1]), x[2] * x[2], q);
    double det = m.a[0] * m.a[3] - m.a[1] * m.a[2];
    return eval(det, ADD, x[1], MUL, &x[4], NEG, ADD, m.a[1], END) * eval(x[0], END) + n;
}
AD_VJP(x->y)
void g(AD_LEN(n) const double *x, AD_LEN(3) double *y, int n)
{
    y[0] = eval(x[0], MUL, &x[1], END);
    y[1] = eval(x[n - 1], NEG, ADD, x[0], END);
    struct mat m;
    mat_init(&m, 1, 1, y[0] * y[1]);
    y[2] = m.a[0];
}
static double largest(int n, ...)
{
    va_list ap;
    double m = -1e300;
    va_start(ap, n);
    while (n--) {
        double v = va_arg(ap, double);
        if (v > m)
            m = v;
    }
    va_end(ap);
    return m;
}
AD_GRAD(x)
double in_loops(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i + 1 < n; i++)
        s += x[i] * largest(3, 1.0, 2.0, (double)i) + largest(4, x[i] * x[i + 1], sin(x[i]), (double)x[i + 1], 0.01);
    return s;
}
