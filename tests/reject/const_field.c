// expect: adgen: error: parameter 's' reaches a struct with a const floating field 'a'
// args: --grad f
struct S {
    const double a;
    double b;
};
double f(const struct S *s)
{
    return s->a * s->b;
}
