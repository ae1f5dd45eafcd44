// args: -fopenmp --grad f
// expect: 5:1: error: adgen does not support `#pragma omp threadprivate(state)`: pass the variable as an argument
// construct: `#pragma omp threadprivate`: pass the variable as an argument
static double state;
#pragma omp threadprivate(state)

double f(const double *x, int n)
{
    state = 0;
    for (int i = 0; i < n; i++)
        state += x[i] * x[i];
    return state;
}
