// args: --vjp relax
#include <math.h>

struct Model {
    double stiffness;
    double damping;
    int steps;
};

/* In-place updates, a branch, a loop that stops on a value. */
double relax(const struct Model *restrict m, double *restrict x, int n)
{
    double energy = 0;
    for (int step = 0; step < m->steps; step++) {
        for (int i = 1; i < n - 1; i++)
            x[i] += m->stiffness * (x[i - 1] - 2 * x[i] + x[i + 1]);
        energy = 0;
        for (int i = 0; i < n; i++)
            energy += x[i] > 0 ? x[i] * x[i] : -m->damping * x[i];
        if (energy < 1e-3)
            break;
    }
    return sqrt(energy);
}
