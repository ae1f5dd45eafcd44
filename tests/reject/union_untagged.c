// expect: union_untagged.c:20:27: error: this reads the bits of floating data that carries derivatives as 'long': the derivative cannot follow
// args: --grad f
// construct: an integer in the bytes of a number of the same size, with no test of a tag in front of it: test it
struct value {
    int tag;
    union {
        double num;
        long i;
    } u;
};

double f(const struct value *v, int n)
{
    double s = 1;
    struct value own[4] = {{0}};
    for (int i = 0; i < n; i++) {
        own[i % 4] = v[i];
        if (own[n % 4].tag == 0)
            s *= own[n % 4].u.num;
        s += own[n % 3].u.i;
    }
    return s;
}
