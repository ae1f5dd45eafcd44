// expect: 7:12: error: cannot differentiate through call of
// args: --grad f
// construct: a function whose body is in none of the given files: give its source, declare AD_CUSTOM_VJP, or AD_INACTIVE
double unknown(double x);
double f(double x)
{
    return unknown(x) * x;
}
