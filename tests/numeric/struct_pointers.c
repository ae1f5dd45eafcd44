// check: --len m.w=6 --len m.b=3 --set m.rows=3 --set m.cols=2
// construct: structs: by pointer
// construct: structs: with pointers inside
// construct: structs: as results
// directions: --directions: parameter 'f' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>
#include <math.h>

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

typedef struct {
    const double *w;
    double *b;
    int rows, cols;
} Matrix;

AD_GRAD(m, x)
double quad(Matrix m, AD_LEN(m.cols) const double *x)
{
    double s = 0;
    for (int i = 0; i < m.rows; i++) {
        double t = m.b[i];
        for (int j = 0; j < m.cols; j++)
            t += m.w[i * m.cols + j] * x[j];
        s += t * t;
    }
    return s;
}

AD_VJP(m -> y)
void add_bias(const Matrix *m, AD_LEN(m->rows) double *y)
{
    for (int i = 0; i < m->rows; i++)
        y[i] += m->b[i] * m->w[i];
}

typedef struct {
    double x, y, z;
    int id;
} Vec;

static Vec cross(Vec a, Vec b)
{
    Vec r;
    r.x = a.y * b.z - a.z * b.y;
    r.y = a.z * b.x - a.x * b.z;
    r.z = a.x * b.y - a.y * b.x;
    r.id = a.id + b.id;
    return r;
}

static double norm(Vec v)
{
    return sqrt(v.x * v.x + v.y * v.y + v.z * v.z);
}

AD_GRAD(a, b)
double area(Vec a, Vec b)
{
    Vec c = cross(a, b);
    a.x = 7; /* the function's own copy */
    return norm(c) + c.id + a.x;
}

AD_VJP()
Vec mid(Vec a, Vec b)
{
    Vec m = {.x = (a.x + b.x) / 2, .y = a.y * b.y, .id = a.id};
    m.z = m.x * m.y + a.z;
    return m;
}

/* Parts of what is handed back are never set: compilers would warn of the copy. */
struct corner {
    double x, y;
};
struct hull {
    struct corner at[6];
    int n;
};

static struct hull between(const double *x, int n, int depth)
{
    struct hull h;
    h.n = 0;
    if (n < 2 || depth > 3)
        return h;
    struct hull left = between(x, n / 2, depth + 1), right = between(x + n / 2, n - n / 2, depth + 1);
    for (int i = 0; i < left.n && h.n < 2; i++)
        h.at[h.n++] = left.at[i];
    h.at[h.n].x = x[n / 2] * x[0];
    h.at[h.n++].y = x[1];
    for (int i = 0; i < right.n && h.n < 6; i++)
        h.at[h.n++] = right.at[i];
    return h;
}

AD_GRAD(x)
double hulls(const double x[8])
{
    struct hull h = between(x, 8, 0);
    double s = 0;
    for (int i = 0; i < h.n; i++)
        s += h.at[i].x * h.at[i].y;
    return s;
}
