// expect: adgen: error: parameter 's' reaches a struct with a const floating field 'a'
// args: --grad f
// construct: a `const` floating field in an active struct: declare it without `const`
struct S {
    const double a;
    double b;
};
double f(const struct S *s)
{
    return s->a * s->b;
}
