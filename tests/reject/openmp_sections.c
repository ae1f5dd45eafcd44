// args: -fopenmp --grad f
// expect: 11:9: error: adgen does not support `#pragma omp section`
// construct: `#pragma omp sections`: let `for` share the work
double f(const double *x)
{
    double a, b;
    a = b = 0;
#pragma omp parallel sections
    {
#pragma omp section
        a = x[0];
#pragma omp section
        b = x[1];
    }
    return a * b;
}
