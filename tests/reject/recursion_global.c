// expect: recursion_global.c:15:12: error: the recursive function 'visit' uses the variable 'state', which may carry derivatives; pass it as a parameter
// args: --grad 'f(x)'
// construct: recursive functions that use a variable of static lifetime that may carry derivatives, of a struct without a name: name it
struct { double sum; int n; } state;
static void visit(double x, int n)
{
    state.sum += x * n;
    state.n++;
    if (n)
        visit(x * x, n - 1);
}
double f(double x)
{
    state.sum = 0;
    return visit(x, 3), state.sum;
}
