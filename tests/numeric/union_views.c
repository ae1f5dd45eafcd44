// std: c11
// directions: parameter 'bodies' is a struct
// check: --set n=4 --len bodies=n --len at=n --set count=n --len path=n --set pixels.n=3 --set k=1 --len quads=n --len lines=n
// construct: structs: unions of two views of the same numbers
#include <adgen.h>
#include <stdlib.h>
#include <complex.h>
#include <math.h>

/* ---- coordinates by name and by number */
typedef union {
    struct {
        double x, y, z;
    };
    double v[3];
} Vec3;

static Vec3 add(Vec3 a, Vec3 b)
{
    for (int i = 0; i < 3; i++)
        a.v[i] += b.v[i];
    return a;
}

static double dot(const Vec3 *a, const Vec3 *b)
{
    return a->x * b->v[0] + a->v[1] * b->y + a->z * b->z;
}

typedef struct {
    double mass;
    Vec3 at, speed;
} Body;

AD_GRAD(bodies)
double energy(const Body *bodies, int n)
{
    double e = 0;
    for (int i = 0; i < n; i++) {
        e += 0.5 * bodies[i].mass * dot(&bodies[i].speed, &bodies[i].speed);
        for (int j = 0; j < i; j++) {
            Vec3 r = bodies[i].at;
            for (int k = 0; k < 3; k++)
                r.v[k] -= bodies[j].at.v[k];
            e -= bodies[i].mass * bodies[j].mass / sqrt(r.x * r.x + r.y * r.y + r.z * r.z + 0.1);
        }
    }
    return e;
}

AD_VJP(bodies -> bodies)
void step(Body *bodies, int n, double dt)
{
    for (int i = 0; i < n; i++) {
        Vec3 pull = {{0, 0, -9.81}};
        pull.v[i % 3] -= bodies[i].speed.x * bodies[i].speed.v[(i + 1) % 3];
        bodies[i].speed = add(bodies[i].speed, (Vec3){.v = {dt * pull.x, dt * pull.y, dt * pull.z}});
        bodies[i].at.x += dt * bodies[i].speed.v[0];
        bodies[i].at.v[1] += dt * bodies[i].speed.y;
        bodies[i].at.z *= bodies[i].at.v[2];
    }
}

/* ---- a matrix as rows, as columns of a struct, as one array, in float; written through one view and read through another */
union Quad {
    float m[2][2];
    struct {
        float xx, xy, yx, yy;
    } by_name;
    float flat[4];
};

static void invert(union Quad *q)
{
    float det = q->m[0][0] * q->m[1][1] - q->by_name.xy * q->by_name.yx;
    union Quad t = *q;
    q->flat[0] = t.by_name.yy / det;
    q->flat[3] = t.m[0][0] / det;
    for (int i = 1; i < 3; i++)
        q->flat[i] = -t.flat[i] / det;
}

AD_GRAD(quads, s)
float chain(const union Quad *quads, int n, float s)
{
    union Quad p = {.flat = {1, s, 0, 1}};
    for (int i = 0; i < n; i++) {
        union Quad q = quads[i], r;
        q.by_name.xx += 3;
        q.m[1][1] += 3;
        invert(&q);
        for (int a = 0; a < 2; a++)
            for (int b = 0; b < 2; b++)
                r.m[a][b] = p.m[a][0] * q.m[0][b] + p.m[a][1] * q.m[1][b];
        p = r;
    }
    return p.by_name.xx * p.flat[3] + p.by_name.xy;
}

/* ---- an integer beside the numbers; a complex number and its parts */
typedef union {
    struct {
        float r, g, b;
        int tag;
    } c;
    float ch[3];
} Pixel;

struct Image {
    int n;
    Pixel px[3];
    union {
        double complex z;
        double part[2];
    } tint;
};

AD_GRAD(pixels)
double brightness(struct Image pixels, int k)
{
    double s = cabs(pixels.tint.z) * pixels.tint.part[k & 1];
    for (int i = 0; i < pixels.n; i++) {
        Pixel *p = &pixels.px[i];
        p->c.tag = i + 1;
        float *at = p->ch;
        double w = 1;
        while (at < p->ch + 3)
            w *= *at++;
        s += p->c.tag * w + p->c.g * p->ch[1];
    }
    pixels.tint.z *= pixels.tint.z;
    return s + pixels.tint.part[1 - (k & 1)];
}

/* A number at one time, the address of one at another. */
struct item {
    int kind;
    union {
        float value;
        const float *at;
    };
};

AD_GRAD(x)
float reused_items(AD_LEN(n) const float *x, int n)
{
    struct item it[4];
    float s = 0;
    for (int i = 0; i < n && i < 4; i++)
        it[i].value = sinf(x[i]) * x[i];
    for (int i = 0; i < n && i < 4; i++)
        s += it[i].value * it[(i + 1) % n].value;
    for (int i = 0; i < n && i < 4; i++)
        it[i].at = &x[i];
    for (int i = 0; i < n && i < 4; i++)
        s += *it[i].at * *it[(i + 1) % n].at;
    for (int i = 0; i < n && i < 4; i++)
        it[i].value = cosf(x[i]) * x[i];
    for (int i = 0; i < n && i < 4; i++)
        s += it[i].value * it[(i + 1) % n].value;
    return s;
}

AD_GRAD(x)
double reused_cell(AD_LEN(n) const double *x, int n)
{
    struct cell {
        union {
            struct {
                float a, b;
            } pair;
            const double *at;
        } u;
    } *c = malloc(sizeof *c);
    double s = 0;
    if (!c)
        return 0;
    for (int i = 0; i < n; i++) {
        c->u.pair.a = (float)(x[i] * x[i]);
        c->u.pair.b = (float)x[0];
        s += c->u.pair.a * c->u.pair.b * s + c->u.pair.b;
        c->u.at = x + (i + 1) % n;
        s += *c->u.at * x[i];
    }
    c->u.pair.a = (float)s;
    s *= c->u.pair.a;
    free(c);
    return s;
}

/* ---- without a name, among other members */
typedef struct {
    int from, to;
    union {
        struct {
            double r, x;
        };
        double z[2];
    };
    double charge;
} Branch;

AD_GRAD(lines)
double losses(Branch *lines, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        Branch *l = &lines[i], copy = *l;
        l->r *= 1.5;
        l->z[1] += l->z[0] * copy.z[1];
        copy.z[i % 2] = l->x;
        s += l->x * copy.r / (1 + copy.x * copy.x) + l->charge * l->z[i % 2];
    }
    return s;
}
