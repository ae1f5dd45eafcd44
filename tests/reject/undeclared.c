// expect: 5:12: error: use of undeclared identifier 'y'
// args: --grad f
double f(double x)
{
    return y;
}
