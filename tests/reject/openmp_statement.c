// args: -fopenmp --grad f
// expect: 8:5: error: adgen does not support on a statement that is not a `for` loop: `#pragma omp for`
double f(const double *x, int n)
{
    double s = 0;
    int i = 0;
#pragma omp for
    while (i < n)
        s += x[i++];
    return s;
}
