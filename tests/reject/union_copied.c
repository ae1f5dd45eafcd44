// expect: union_copied.c:17:17: error: this copies 'union { double num; const double *at; }' of the caller's, in the bytes of whose shadow may be a derivative or an address; copy the member that is in use
// args: --grad f
// construct: a union of a number and an address of the caller's, copied as a whole: copy the member that is in use
struct value {
    int tag;
    union {
        double num;
        const double *at;
    } u;
};

double f(const struct value *v, int n)
{
    double s = 1;
    for (int i = 0; i < n; i++) {
        struct value own = {.tag = v[i].tag};
        own.u = i % 2 ? v[i].u : v[0].u;
        s *= own.tag ? *own.u.at : own.u.num;
    }
    return s;
}
