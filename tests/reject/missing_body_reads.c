// What a function elsewhere computes from memory it is only shown depends on that memory.
// expect: 26:12: error: cannot differentiate through call of 'length_of': its body is not in the given files
// expect: 33:12: error: cannot differentiate through call of 'cabs': its body is not in the given files
// expect: 40:5: error: cannot differentiate through call of 'filled': its body is not in the given files
// expect: 47:12: error: cannot differentiate through call of 'chosen': its body is not in the given files
// expect: 54:12: error: cannot differentiate through call of 'looked_up': its body is not in the given files
// expect: 61:5: error: cannot differentiate through call of 'advance': its body is not in the given files
// expect: note: it may use 'table', which carries derivatives
#include <adgen.h>

typedef struct {
    double re, im;
} pair;

double length_of(const double *v);
double cabs(pair *z);
void filled(const double *x, double *y);
const double *chosen(const double *x);
double table[3];
double looked_up(int i);
void advance(void);

AD_GRAD(x)
double reads_argument(const double *x)
{
    return length_of(x) * 2.0;
}

AD_GRAD(a, b)
double reads_local(double a, double b)
{
    pair z = {a * b, a + b};
    return cabs(&z);
}

AD_GRAD(x)
double writes_other(const double *x)
{
    double y[3];
    filled(x, y);
    return y[0] * y[1];
}

AD_GRAD(x)
double returns_pointer(const double *x)
{
    return chosen(x)[1];
}

AD_GRAD(x)
double by_variable(const double *x)
{
    table[0] = x[0] * x[1];
    return looked_up(0) + 1.0;
}

AD_GRAD(x)
double changes_variable(const double *x)
{
    table[0] = x[0] * x[1];
    advance();
    return table[0];
}
