// expect: adgen: error: SPEC 'f' has no dependent
// args: --vjp f
void f(const double *x, double y)
{
    (void)x;
    (void)y;
}
