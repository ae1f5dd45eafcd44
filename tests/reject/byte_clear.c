// expect: 9:9: error: this may clear an independent or other memory; clear it element by element, or through pointers of their own
// args: --grad 'f(x)'
// construct: an independent cleared byte by byte: clear it element by element
double f(double *x)
{
    double s = x[0] * x[0] + x[1];
    char *c = (char *)x;
    for (int i = 0; i < 8; i++)
        c[i] = 0;
    return s + x[0];
}
