// check: --set n=8
// construct: control flow: `switch`, falling through too
#include <adgen.h>
#include <math.h>

enum op { ADD, MUL, SIN, SKIP, STOP };

AD_GRAD(x)
double interpret(AD_LEN(n) const double *x, int n)
{
    static const int code[] = {ADD, MUL, SIN, ADD, SKIP, MUL, 9, STOP};
    double s = 0;
    for (int i = 0; i < n; i++) {
        switch (code[i % 8]) {
        case ADD:
            s += x[i];
            break;
        case MUL:
            s *= x[i];
            break;
        case SIN: {
            double t = sin(s);
            s = t * x[i];
            break;
        }
        case SKIP:
            continue;
        case STOP:
            return s * x[i];
        default:
            s -= x[i] / 3;
        }
        s += 0.125;
    }
    return s;
}

AD_GRAD(a)
double falls(double a, int n)
{
    double s = a;
    switch (n) {
    case 9:
        s = 1;
    case 8:
        s *= a;
        /* fall through */
    case 7:
        s += 2 * a;
        break;
    case 1:
    case 2:
        s = 0;
    }
    return s * s;
}

AD_VJP(a -> y)
void in_branch(double a, AD_LEN(1) double *y, int n)
{
    switch (n & 3) {
    case 0: *y = a; return;
    case 1: *y = a * a; return;
    case 2: *y *= a; break;
    default: break;
    }
    *y += 1;
}
