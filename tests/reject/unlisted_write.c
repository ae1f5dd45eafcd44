// expect: 8:9: error: 'tmp' carries derivatives from this write to a later read
// expect: note:
// args: --vjp 'f(x -> y)'
// construct: a parameter that carries derivatives and is not in the SPEC: list it, after `;` if it is scratch
void f(const double *x, double *tmp, double *y, int n)
{
    for (int i = 0; i < n; i++)
        tmp[i] = x[i] * x[i];
    for (int i = 0; i < n; i++)
        y[i] = tmp[i];
}
