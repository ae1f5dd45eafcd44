// args: --max-tape 64X --grad f
// status: 2
// expect: '--max-tape' needs a number of bytes, as in 65536, 64K or 2M, not '64X'
double f(double x)
{
    return x * x;
}
