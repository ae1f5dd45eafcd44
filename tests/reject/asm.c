// expect: 6:5: error: adgen does not support inline assembly
// args: --grad f
// construct: inline assembly: move it to a function that is not differentiated
double f(double x)
{
    __asm__ volatile("" : "+x"(x));
    return x;
}
