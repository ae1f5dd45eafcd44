// args: --standalone --jacobian 'f(x -> y)' --sparse
// status: 2
// expect: error: --sparse needs the runtime, which has ad_csr and its functions: leave out --standalone
void f(const double x[3], double y[3])
{
    for (int i = 0; i < 3; i++)
        y[i] = x[i] * x[i];
}
