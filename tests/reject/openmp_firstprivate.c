// args: -fopenmp --grad f
// expect: 8:5: error: adgen does not support firstprivate of 't', which is no scalar, in `#pragma omp parallel for firstprivate(t)`
// construct: `firstprivate` of an array: copy it in the loop
double f(const double *x, double *y, int n)
{
    double t[2] = {0, 1};
#pragma omp parallel for firstprivate(t)
    for (int i = 0; i < n; i++)
        y[i] = t[0] += x[i];
    return y[0];
}
