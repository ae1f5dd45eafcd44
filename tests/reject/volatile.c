// expect: 5:5: error:
// args: --grad f
double f(double x)
{
    volatile double t = x;
    return t * t;
}
