// check: --set n=6 --set lim=3 --set "code[i]=\"\\3\\3\\1\\2\\3\\0\\3\\1\\2\\4\"[i]" --len code=10
// construct: control flow: `switch` with declarations inside, in loops; an interpreter
#include <adgen.h>
#include <math.h>
AD_GRAD(x, y)
double pieces(AD_LEN(n) const double *x, double y, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        switch (i % 5) {
            double t;
        case 0:
            t = x[i] * y;
            s += t;
            /* fall through */
        case 1: {
            double u = s * x[i];
            s += sin(u);
            break;
        }
        default:
            s += y * y;
        case 3:
            if (x[i] > 0.7)
                break;
            t = exp(-x[i]);
            s *= 1 + t;
            continue;
        case 4:
            s -= x[i] / y;
        }
        s += 0.1 * x[i];
    }
    return s;
}
AD_GRAD(w)
double jumps(AD_LEN(9) const double *w, double lim)
{
    double s = 0;
    int k = 0;
again:
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            s += w[3 * i + j] * w[3 * j + i];
            if (s > lim)
                goto out;
        }
    if (++k < 4)
        goto again;
out:
    if (k > 2)
        goto end;
    s *= w[k];
end:
    return s + w[8];
}
enum op { ADD, MUL, SQ, POWER, END };
AD_GRAD(x)
double interp(const enum op *code, AD_LEN(10) const double *x)
{
    double stack[16];
    int sp = 0, k = 0;
    for (;;) {
        switch (*code++) {
        case ADD:
            sp--;
            stack[sp - 1] += stack[sp];
            break;
        case MUL:
            sp--;
            stack[sp - 1] *= stack[sp];
            break;
        case SQ:
            stack[sp - 1] *= stack[sp - 1];
            break;
        case POWER:
            stack[sp++] = x[k++];
            break;
        case END:
            return stack[0];
        }
    }
}
