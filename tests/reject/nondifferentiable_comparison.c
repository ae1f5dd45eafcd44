// expect: 6:12: error: the derivative with respect to 'threshold' is zero: only comparisons and conversions to integers use it [-Werror=nondifferentiable]
// args: --grad 'f(x, threshold)' -Werror=nondifferentiable
// construct: an independent that is only compared (a warning): leave it out of the SPEC
double f(double x, double threshold)
{
    return x > 2 * threshold ? x * x : x;
}
