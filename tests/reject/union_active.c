// expect: 11:7: error: union
// args: --grad f
// construct: a union with several floating members: use a struct
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
