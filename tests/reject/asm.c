// expect: 5:5: error:
// args: --grad f
double f(double x)
{
    __asm__ volatile("" : "+x"(x));
    return x;
}
