// args: -fopenmp --grad f
// expect: 12:9: error: adgen does not support `#pragma omp task`
// construct: `#pragma omp task`: make it a loop
/* Tasks have no order of their own. */
double f(const double *x, int n)
{
    double s = 0;
#pragma omp parallel
    {
        s = x[0];
#pragma omp task
        s = s * x[n - 1];
    }
    return s;
}
