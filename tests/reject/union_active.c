// expect: 11:7: error: the members of 'union U' see the same bytes as different floating numbers; use a struct
// args: --grad f
// construct: a union of `float` and `double`: use a struct
union U {
    float f;
    double d;
};
double f(double x)
{
    union U u;
    u.d = x;
    return u.d * u.d;
}
