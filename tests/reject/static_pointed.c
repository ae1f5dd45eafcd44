// expect: 9:36: error: 'f_grad' uses the static variable 'cache', which is written: the generated file would have a variable of its own [private-state]
// expect: 4:15: note: give it external linkage, or use --with-primal, which includes this file in the generated one
// args: --grad f
static double cache[3] = {1, 2, 3};
static const struct { double *at; } view = {cache};
void set(double v) { view.at[1] = v; }
double f(double a, int n)
{
    static const double *const p = cache;
    double s = 0;
    for (int i = 0; i < n; i++)
        s += p[i] * a;
    return s;
}
