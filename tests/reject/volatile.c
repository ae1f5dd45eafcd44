// expect: 5:21: error: 't' is a volatile
// args: --grad f
double f(double x)
{
    volatile double t = x;
    return t * t;
}
