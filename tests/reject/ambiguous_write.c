// args: --vjp f
// expect: 9:9: error: this may write to an independent or to a dependent
struct box { double v[4]; };

double f(double *a, struct box s, int k)
{
    double *both[2] = {a, s.v}, *p = both[k];
    for (int i = 0; i < 4; i++)
        p[i] = 2 * s.v[i];
    return a[0];
}
