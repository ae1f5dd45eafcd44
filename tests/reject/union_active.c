// expect: 10:7: error: union
// args: --grad f
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
