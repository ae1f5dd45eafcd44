// expect: union_same_tag.c:13:58: error: this writes the bits of floating data that carries derivatives as 'long': the derivative cannot follow
// expect: union_same_tag.c:24:16: error: this number may be made of the bytes of others, whose derivatives end there
// args: --grad negated --grad moved
// construct: an integer in the bytes of a number under the number's own tag: use <math.h>, or give it a tag of its own
enum { NUM = 1, INT = 2 };
struct value {
    int tag;
    union {
        double num;
        long bits;
    } u;
};
static void negate(struct value *v) { if (v->tag == NUM) v->u.bits = -v->u.bits; }
static void move(struct value *v, const struct value *w)
{
    if (w->tag == NUM && v != w)
        v->u.bits = w->u.bits;
}
double moved(double x)
{
    struct value v = {NUM, {0}}, w = {NUM, {0}};
    w.u.num = x;
    move(&v, &w);
    return v.u.num * 3;
}
double negated(double x)
{
    struct value v;
    v.tag = NUM;
    v.u.num = x;
    negate(&v);
    return v.u.num * 3;
}
