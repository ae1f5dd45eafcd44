// expect: 9:5: error: the recursive function 'steps' writes its static variable 'count', of which the generated file would have several
// expect: 8:16: note: move it out of the function: without static, or with --with-primal
// args: --grad 'f(x)' -Wno-private-static
// construct: a static variable that a recursive function counts in, where several derivatives of it are needed: move it out of the function

static double steps(double x, int n)
{
    static int count;
    count += 1;
    if (n == 0)
        return x * count;
    return steps(x * x, n - 1);
}
double f(double x)
{
    return steps(2.0, 1) + steps(x, 2);
}
