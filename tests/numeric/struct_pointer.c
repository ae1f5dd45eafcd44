// check:
// construct: structs: by pointer
// directions: --directions: parameter 'f' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>

struct Inner {
    float gain;
    int taps;
    double c[3];
};
struct Filter {
    int on;
    struct Inner in;
    double bias;
    struct Inner pair[2];
};

AD_GRAD(f, x)
double apply(const struct Filter *f, double x)
{
    double s = f->bias;
    for (int i = 0; i < 3; i++)
        s = s * x + f->in.c[i] * f->in.gain;
    for (int k = 0; k < 2; k++)
        s += f->pair[k].c[k] * f->pair[1 - k].gain * f->on;
    return s * f->in.taps;
}

AD_VJP()
void update(struct Filter *f, double rate)
{
    f->bias -= rate * f->bias;
    for (int i = 0; i < 3; i++)
        f->in.c[i] *= 1 - rate;
    f->pair[0] = f->in;
    f->pair[1].c[0] = 0;
    f->pair[1].c[2] += f->pair[0].c[1] * f->bias;
    f->in.taps++;
}
