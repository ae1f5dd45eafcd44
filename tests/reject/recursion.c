// expect: 5:20: error: recursive call of
// args: --grad f
double f(double x, int n)
{
    return n ? x * f(x, n - 1) : 1;
}
