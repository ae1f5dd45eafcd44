// check: --set n=2
// construct: preprocessor and library: macros with names that derivatives, and the programs that check them, could have for their own variables
#include <math.h>
#include <adgen.h>
#define s 3.0
#define t 2.0
#define d 1.5
#define i 5
#define k 4
#define x0 2
#define x_i 7
#define d_x_i 8
#define tape 3
#define kept 5
#define result 6
#define J 4
#define H 5
#define value 3
#define rows 4
#define columns 8
#define lanes 3
#define d_return 6
#define n_x 33
#define ck 3
#define ck_args 4
#define ck_array 2
#define wrong 7

struct ck_args0 {
    double u, v;
};

static double ck_number(struct ck_args0 a)
{
    return a.u * a.v + ck_args + ck_array;
}

AD_GRAD(x)
AD_HVP(x)
AD_VJP(x)
AD_JVP(x)
AD_JACOBIAN(x)
AD_HESSIAN(x)
double f(AD_LEN(n * k + ck) const double *x, int n)
{
    double sum = s * t + d + i + x0 + x_i + d_x_i + tape + kept + result + J + H + value + rows + columns + lanes + d_return + n_x + wrong;
    for (int j = 0; j < n * k + ck; j++) {
        struct ck_args0 a = {x[j], sin(x[j])};
        double y = ck_number(a) * s;
        while (y > t)
            y *= 0.3 * cos(x[j]);
        sum += y * exp(x[0] * y);
    }
    return sum;
}
