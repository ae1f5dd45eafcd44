// expect: static_identity.c:11:12: error: the address of the static variable 'spring_class' is compared, and the generated file has a copy of it elsewhere
// args: --vjp stiffness
// construct: objects known by the address of a static variable: external linkage, or `--with-primal`
struct class { const char *name; };
static const struct class spring_class = {"spring"};
struct object { const struct class *class; };
struct spring { struct object object; double k; };

static int is_spring(const struct object *o)
{
    return o->class == &spring_class;
}

double stiffness(const struct spring *s, double x)
{
    return is_spring(&s->object) ? s->k * x : 0;
}
