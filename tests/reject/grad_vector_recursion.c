// expect: 12:5: error: the dependent of 'f(x -> y)' is not one scalar: this may be another element behind it; use --vjp
// args: --hvp 'f(x -> y)'
static void fill(const double *x, double *y, int n)
{
    *y = *x * *x;
    if (n > 0)
        fill(x + 1, y + 1, n - 1);
}

void f(const double *x, double *y, int n)
{
    fill(x, y, n);
}
