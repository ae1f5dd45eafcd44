// args: --max-tape 64K --vjp f --split
// expect: error: --max-tape: --split leaves a tape that may have any size
// construct: `--max-tape` with `--split`: leave out one of the two
double f(double x)
{
    return x * x;
}
