// check: --set n=4 --len buffer=n --len net.w=n
// directions: cannot have several directions
// construct: memory: what pointers at file scope lead to, named in the SPEC and overwritten
#include <adgen.h>
#include <math.h>

double numbers[8], *buffer = numbers;

struct net {
    double *w;
    double rate;
} net = {numbers, 0.5};

/* What d_buffer holds on entry is no seed. */
AD_GRAD(x, buffer)
double through_pointer(double x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        buffer[i] = buffer[i] * x;
        s += buffer[i] * s + buffer[i];
    }
    return s;
}

AD_VJP(x, buffer -> buffer)
double in_and_out(double x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        buffer[i] = buffer[i] * x;
        s += buffer[i] * s + buffer[i];
    }
    return s;
}

AD_GRAD(x, net)
double through_struct(double x, int n)
{
    double s = 0;
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < n; i++) {
            net.w[i] = sin(net.w[(i + 1) % n]) * net.rate + x;
            s += net.w[i] * s + net.w[i];
        }
    net.rate *= s;
    return s * net.rate;
}

static double fold(double *v, int n)
{
    if (n == 1)
        return v[0] *= v[0];
    double a = fold(v, n / 2), b = fold(v + n / 2, n - n / 2);
    return v[0] = a * b + 0.5 * v[n / 2];
}

AD_GRAD(x, buffer)
double recursive(double x, int n)
{
    buffer[0] *= x;
    return fold(buffer, n) * buffer[1];
}
