// expect: 8:9: error: adgen does not support setjmp
// args: --grad f
// construct: `setjmp`, `longjmp`: move them to a function that is not differentiated
#include <setjmp.h>
double f(double x)
{
    jmp_buf b;
    if (setjmp(b))
        return 0;
    return x;
}
