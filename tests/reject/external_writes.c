// expect: 6:5: error: cannot differentiate through call of
// args: --vjp 'f(x -> y)'
void unknown(double *y, double x);
void f(double x, double *y)
{
    unknown(y, x);
}
