// expect: 6:12: error: cannot differentiate through call of
// args: --grad f
double unknown(double x);
double f(double x)
{
    return unknown(x) * x;
}
