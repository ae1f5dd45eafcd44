// expect: address_beside_number.c:17:5: error: this stores an address in the bytes of a number that carries derivatives; use a struct instead of the union
// args: --vjp f
// construct: the address of something stored in a union where the caller's object has a `float`: a struct
struct item {
    int kind;
    union {
        float value;
        const float *at;
    };
};

float f(struct item *it, const float *x, int n)
{
    float s = 0;
    for (int i = 0; i < n; i++)
        s += it[i].value * x[i];
    it[0].at = x + n - 1;
    return s + *it[0].at;
}
