// expect: with_primal.c:12:12: error: --with-primal includes two files that have a variable 'calls': one of them is static
// args: --with-primal --grad 'counted(x)' tests/numeric/with_primal.c
// construct: `--with-primal` with static variables of one name in two files: rename one
static int calls;
double counted(double x)
{
    calls = 2;
    return x * x * calls;
}
