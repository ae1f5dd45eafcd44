// args: -fopenmp --grad f
// expect: 14:19: error: 'omp_get_thread_num' depends on the threads that run
// construct: `omp_get_thread_num`: let `#pragma omp for` share the work
#include <omp.h>

double f(const double *x, int n)
{
    double part[64] = {0}, s = 0;
#pragma omp parallel
    {
#pragma omp for
        for (int i = 0; i < n; i++)
            part[i % 64] += x[i] * x[i];
        part[0] = omp_get_thread_num();
    }
    for (int i = 0; i < 64; i++)
        s += part[i];
    return s;
}
