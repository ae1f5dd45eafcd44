// expect: 16:12: error: the recursive function 'keep' uses the variable 'last', which may carry derivatives; pass it as a parameter
// expect: 9:16: note: here
// args: --grad 'f(x)'
static double keep(double v, int n)
{
    static double last;
    if (n)
        keep(v, n - 1);
    double o = last;
    last = v * n; /* what one call leaves to the next is in no argument */
    return o;
}
double f(double x)
{
    keep(x, 3);
    return keep(1, 0);
}
