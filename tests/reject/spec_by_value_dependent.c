// expect: adgen: error: parameter 'x' is passed by value
// args: --vjp 'f(x -> x)'
void f(double x, double *y)
{
    *y = x;
}
