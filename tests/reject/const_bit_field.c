// expect: 10:27: error:
// expect: const bit-field 'mode'
// args: --grad f
struct flags {
    const unsigned mode : 3;
    unsigned level : 3;
};
double f(double x, int level)
{
    struct flags flags = {2, level};
    return x * flags.mode * flags.level;
}
