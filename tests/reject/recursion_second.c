// expect: adgen: error: second derivatives through recursion of 'g', which returns a record, are not supported yet
// args: --hvp 'g(x -> y)'
// construct: second derivatives through recursion of a function that returns a record: give it a pointer to the result
typedef struct {
    int n;
} Count;
static double f(double x, int n)
{
    return n ? x * f(x * x, n - 1) : 1;
}
Count g(double x, double *y)
{
    *y = f(x, 3);
    return (Count){3};
}
