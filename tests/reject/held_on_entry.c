// args: --grad f --grad 'g(x, far)' --grad 'h(x, far)' --grad 'turns(x, far)'
// expect: 14:9: error: 'next' may hold the address of 'pool' on entry: cannot follow the derivative through this pointer
// expect: 9:24: note: declare it const, assign the address in 'f', or use 'pool' by its name
// expect: 20:18: error: 'there' may hold the address of 'far' on entry: cannot follow the derivative through this pointer
// expect: 25:23: error: 'bytes' may hold the address of 'far' on entry: cannot follow the derivative through this pointer
// expect: 30:29: error: 'ways' may hold the address of 'far' on entry: cannot follow the derivative through this pointer
// construct: a file-scope pointer that may hold the address of an array with derivatives on entry: declare it const, assign it in the function
/* The derivative of next would not lead into that of pool. */
double pool[9], wide, *next = pool;
double far[9];
double f(double x, int n)
{
    for (int i = 0; i < n; i++)
        next[i] = x * x;
    return pool[0] + pool[1];
}
struct row { double *p; } there = {far};
double g(double x) /* far is never named in it */
{
    return there.p[1] * x;
}
void *bytes = far;
double h(double x)
{
    return ((double *)bytes)[2] * x;
}
static double *const ways[2] = {far, pool};
static double turn(double x, int n)
{
    return n <= 0 ? x : x * ways[n & 1][n] * turn(x, n - 1);
}
double turns(double x)
{
    return turn(x, 7);
}
