// expect: 6:12: error:
// args: --grad f
double unknown(double x);
double f(double x)
{
    return unknown(x) * x;
}
