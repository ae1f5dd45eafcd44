// expect: 14:12: error: this may call the static function 'sq', whose address is another in the generated file
// expect: 5:15: note: give 'sq' external linkage
// args: --grad 'f(x)'
// construct: the address of a static function from outside: give the function external linkage
static double sq(double x)
{
    return x * x;
}
struct op {
    double (*g)(double);
} op = {sq};
double f(const struct op *p, double x)
{
    return p->g(x) * x;
}
