// expect: adgen: error: SPEC
// args: --grad 'f(x -> a, b)'
void f(const double *x, double *a, double *b)
{
    *a = *b = *x;
}
