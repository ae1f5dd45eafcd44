// expect: 6:21: error: 't' is a volatile
// args: --grad f
// construct: `volatile` floating variables: use ordinary ones
double f(double x)
{
    volatile double t = x;
    return t * t;
}
