// check: --set n=4
// construct: structs: arrays of structs
// construct: structs: initialisers, also designated
// directions: --directions: parameter 'p' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>
#include <math.h>

typedef struct { double x, y; } Point;
typedef struct { Point lo, hi; int kind; double w[2]; } Box;

AD_GRAD(p)
double perimeter(AD_LEN(n) const Point *p, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        const Point *a = &p[i], *b = &p[(i + 1) % n];
        double dx = a->x - b->x, dy = a->y - b->y;
        s += sqrt(dx * dx + dy * dy + 0.1);
    }
    return s;
}

AD_VJP()
void move(AD_LEN(n) Box *b, int n, Point by)
{
    for (int i = 0; i < n; i++) {
        b[i].lo.x += by.x;
        b[i].hi.y *= by.y;
        b[i].w[i % 2] = b[i].lo.x * b[i].hi.y;
        Point t = b[i].lo;
        b[i].lo = b[i].hi;
        b[i].hi = t;
    }
}

typedef struct { double a, b[3]; int n; } Rec;

static double total(Rec r)
{
    return r.a * r.b[0] + r.b[1] * r.b[2] + r.n;
}

AD_GRAD(x)
double initialise(AD_LEN(n) const double *x, int n)
{
    Rec r = {x[0], {x[1], x[2], 3}, n};
    Rec q = {.b = {[2] = x[3]}, .a = r.a * 2};
    Rec copy = r;
    copy.b[1] *= q.b[2];
    double v[5] = {x[0], [3] = x[1] * x[2]};
    double s = total(r) * total(q) + total(copy);
    for (int i = 0; i < 5; i++)
        s += v[i] * v[4 - i];
    return s + total((Rec){x[1], {x[2], x[2], x[3]}, 1}) + (double[]){x[0], x[1]}[n % 2];
}

typedef struct { double v; int next; } Node;

AD_GRAD(x)
double linked(AD_LEN(n) const double *x, int n)
{
    Node pool[16];
    int head = -1;
    for (int i = 0; i < n; i++) {
        pool[i].v = x[i] * x[i];
        pool[i].next = head;
        head = i;
    }
    double s = 1;
    for (int p = head; p >= 0; p = pool[p].next)
        s = s * 0.5 + pool[p].v * s;
    return s;
}

/* What one iteration put on the tape is taken from it by that iteration: also where a product is guarded against 0 times infinity and
 * is not evaluated, and where the loop is left before its end. */

AD_VJP()
void overwritten(AD_LEN(6) double *x, AD_LEN(3) double *y, int n)
{
    int left = n;
    double c = x[0];
    while (left > 0) {
        c = 0.9 * c * sin(x[left]);
        double v = 0.5;
        if (left % 2)
            v = 0.5 * log(2.0 + sin(c));
        y[1] = v;
        if (c > 0.2)
            left--;
        left--;
    }
}

struct pair {
    double u, w;
};

AD_GRAD(p)
double leaves(struct pair *p, AD_INACTIVE int n)
{
    for (int i = n - 1; i >= 0; i--) {
        p->w *= 1.0 + p->u;
        if (p->w > 1.0) {
            p->w = exp(-(p->u * p->u));
            break;
        }
    }
    return p->w;
}
