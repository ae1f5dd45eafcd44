// expect: 8:14: error: 'f_grad' has its own copy of the static variable 'n', which 'calls' writes [-Werror=private-static]
// args: --grad f -Werror
#include <adgen.h>
AD_INACTIVE
static int calls(void)
{
    static int n;
    return ++n;
}
double f(double x)
{
    return x * calls();
}
