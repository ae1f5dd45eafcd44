// expect: 5:5: error: adgen does not support inline assembly
// args: --grad f
double f(double x)
{
    __asm__ volatile("" : "+x"(x));
    return x;
}
