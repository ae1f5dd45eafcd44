// args: --jacobian 'f(x -> y)' --directions 2
// status: 2
// expect: error: --directions comes after the --jvp, --vjp, --grad or --hvp that it belongs to
void f(const double x[3], double y[3])
{
    for (int i = 0; i < 3; i++)
        y[i] = x[i] * x[i];
}
