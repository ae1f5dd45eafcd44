// expect: 6:20: error: recursive call of
// args: --grad f
// construct: recursion: write it as a loop, or AD_CUSTOM_VJP
double f(double x, int n)
{
    return n ? x * f(x, n - 1) : 1;
}
