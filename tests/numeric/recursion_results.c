// check: --set n=4 --range x=0.3:1.4
// construct: functions: second derivatives through recursion with respect to globals
#include <adgen.h>
#include <math.h>

// Globals in the SPEC of second derivatives through recursion: handed on as arguments, or where the result goes.
static double total(const double *x, double a, int n) { return n == 1 ? x[0] * a : total(x, a, n/2) * sin(total(x+n/2, a, n - n/2)); }
double gain = 0.7;
double work[2];
double w[2][2] = {{1, 2}, {0.25, 4}};
AD_HVP(gain, x, w)
AD_HESSIAN(gain, x, w)
double eval(double c, AD_LEN(n) const double *x, int n) { return c * total(x, gain, n) * gain * w[0][1] * total(w[1], x[0], 2); }
AD_HVP(gain; work)
AD_HESSIAN(gain; work)
double evalw(AD_LEN(n) const double *x, int n) { work[0] = gain * 2; work[1] = total(x, gain, n); return work[1] * work[0] * total(work, x[0], 2); }
double loss_value;
float loss_f;
AD_GRAD(x -> loss_value)
AD_HVP(x -> loss_value)
AD_HESSIAN(x -> loss_value)
void set_loss(AD_LEN(n) const double *x, int n)
{
    loss_value = total(x, gain, n);
}
AD_GRAD(x -> loss_f)
void in_float(AD_LEN(n) const float *x, int n)
{
    loss_f = 1;
    for (int i = 0; i < n; i++)
        loss_f *= x[i];
    if (loss_f > 100)
        loss_f = x[0];
}

// Functions that call themselves with a record whose pointers they move.

struct box {
    double *at;
    int n;
    double scale;
};
static double climb(struct box *b, int n)
{
    double s = 0;
    for (int i = 0; i < 2; i++) {
        s += b->at[0] * b->scale;
        if (n > 0) {
            b->at++;
            s *= climb(b, n - 1);
            b->at--;
        }
        b->at[0] += s;
        b->scale *= 0.9;
    }
    return s;
}
AD_GRAD(x, c)
double climbed(AD_LEN(3) const double *x, double c)
{
    double w[4] = {x[0], x[1], x[2], 0.5};
    struct box b = {w, 4, c};
    return climb(&b, 3) + b.scale * w[0];
}
