// expect: 11:15: error: the recursive function 'f' uses the variable 'memo', which may carry derivatives; pass it as a parameter
// expect: 11:5: note: here
// args: --grad 'f(x)'
// construct: recursive functions that use a variable of static lifetime that may carry derivatives: pass it as a parameter
double memo[10];
double f(double x, int n)
{
    if (n == 0)
        return x;
    /* each call leaves its result */
    memo[n] = f(x, n - 1) * x;
    return memo[n] + memo[n - 1];
}
