// args: --jvp 'f(x -> y)' --sparse
// status: 2
// expect: error: --sparse comes after the --jacobian or --hessian that it belongs to
void f(const double x[3], double y[3])
{
    for (int i = 0; i < 3; i++)
        y[i] = x[i] * x[i];
}
