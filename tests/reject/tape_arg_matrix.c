// args: --tape-storage=arg
// expect: 5:1: error: --tape-storage=arg is not supported for matrices; use --tape-storage=stack or static, or call --jvp, --vjp or --hvp yourself
#include <adgen.h>

AD_JACOBIAN(x -> y)
void f(const double x[3], double y[3])
{
    for (int i = 0; i < 3; i++)
        y[i] = x[i] * x[2 - i];
}
