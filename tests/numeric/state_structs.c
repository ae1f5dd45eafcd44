// check: --set steps=6 --len s.hist=8
// construct: structs: state that a loop advances
// directions: --directions: parameter 's' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>
#include <math.h>

typedef struct { double pos[2], vel[2]; } Body;
typedef struct { Body b[2]; double t; double *hist; int used; } State;

static void force(const Body *a, const Body *b, double f[2])
{
    double dx = b->pos[0] - a->pos[0], dy = b->pos[1] - a->pos[1];
    double r2 = dx * dx + dy * dy + 0.5;
    double k = 1 / (r2 * sqrt(r2));
    f[0] = k * dx;
    f[1] = k * dy;
}

AD_VJP()
void simulate(State *s, double dt, int steps)
{
    s->used = 0;
    for (int n = 0; n < steps; n++) {
        double f[2];
        force(&s->b[0], &s->b[1], f);
        for (int k = 0; k < 2; k++) {
            s->b[0].vel[k] += dt * f[k];
            s->b[1].vel[k] -= dt * f[k];
        }
        for (int i = 0; i < 2; i++)
            for (int k = 0; k < 2; k++)
                s->b[i].pos[k] += dt * s->b[i].vel[k];
        s->t += dt;
        s->hist[s->used++] = s->b[0].pos[0] * s->t;
    }
}
