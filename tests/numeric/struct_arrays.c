// check: --set n=4
// construct: structs: arrays of structs
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
