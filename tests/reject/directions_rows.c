// args: --jvp 'sum(a)' --directions 2
// expect: error: --directions: parameter 'a' is a struct or a pointer to pointers, which cannot have several directions
double sum(double **a, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += a[i][0] * a[i][1];
    return s;
}
