// expect: 18:5: error: AD_CHECKPOINT: this changes a pointer that the loop reads: when steps are run again it is another; change a copy of it
// args: --grad 'f(x)'
// construct: `AD_CHECKPOINT` where rows are exchanged after the loop: exchange copies of the pointers
#include <adgen.h>
double f(const double *x)
{
    double u[2][3] = {{0}}, *row[2] = {u[0], u[1]};
    double **r = row;
    for (int i = 0; i < 3; i++)
        r[0][i] = x[i];
    AD_CHECKPOINT(2)
    for (int t = 0; t < 10; t++)
        for (int i = 0; i < 3; i++) {
            r[(t + 1) % 2][i] = r[t % 2][i] * r[t % 2][(i + 1) % 3];
            r[t % 2][i] += 0.1 * r[(t + 1) % 2][i];
        }
    double *first = r[0];
    r[0] = r[1];
    r[1] = first;
    return r[0][0] * r[1][1];
}
