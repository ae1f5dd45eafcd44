// expect: adgen: error: parameter 'x' is const
// args: --vjp 'f(x -> x)'
void f(const double *x, double *y)
{
    *y = *x;
}
