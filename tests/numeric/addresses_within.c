// check: --set q.id=1 --set n=4
// directions: --directions: parameter 'q' is a struct
// construct: pointers and arrays: addresses within parameters, structs and globals kept in memory or handed to recursive functions, also under `--split`
#include <adgen.h>

typedef struct {
    double m, c[2];
    int id;
} Part;

typedef struct {
    Part *p;
    double w;
} Ref;

typedef struct {
    double *p;
    int n;
} View;

double table[6], level;
Part parts[3];

AD_VJP()
double structs(AD_LEN(n) Part *q, int n)
{
    Ref r[4];
    double s = 0;
    for (int i = 0; i < 4; i++) {
        r[i].p = &q[(i * 2) % n];
        r[i].w = 0.5 * i;
    }
    for (int i = 0; i < 4; i++) {
        s += r[i].p->m * r[i].p->c[1] * r[i].w;
        r[i].p->m = s * s;
    }
    return s;
}

AD_VJP(x, table -> table)
double globals(double x)
{
    View v[3];
    double s = 0;
    for (int i = 0; i < 3; i++) {
        v[i].p = table + 2 * i;
        v[i].n = 2;
    }
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < v[(i + 1) % 3].n; k++) {
            s += v[(i + 1) % 3].p[k] * x * s + v[i].p[0];
            v[i].p[k] = s * x;
        }
    return s;
}

AD_VJP(x)
double arrays(AD_LEN(n) double *x, int n)
{
    View v[3];
    double s = 0;
    for (int i = 0; i < 3; i++) {
        v[i].p = x + i;
        v[i].n = n - 2;
    }
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < v[(i + 1) % 3].n; k++) {
            s += v[(i + 1) % 3].p[k] * s + v[i].p[0];
            v[i].p[k] = s * 0.25;
        }
    return s;
}

AD_VJP(q)
double one(Part *q)
{
    double *p[3] = {&q->m, &q->c[0], &q->c[1]}, s = 0;
    for (int i = 0; i < 3; i++) {
        s += *p[i] * *p[(i + q->id) % 3];
        *p[(i + 1) % 3] = s;
    }
    return s;
}

static double fold(Part *q, int lo, int hi)
{
    if (hi - lo == 1) {
        q[lo].m *= q[lo].c[0];
        return q[lo].m;
    }
    int mid = (lo + hi) / 2;
    double a = fold(q, lo, mid), b = fold(q, mid, hi);
    q[lo].c[1] = a * b;
    return a * b + q[mid].c[1];
}
AD_VJP(q)
double recursive(AD_LEN(n) Part *q, int n)
{
    return fold(q, 0, n) * q[0].c[1];
}

static double fold_global(int lo, int hi)
{
    if (hi - lo == 1) {
        table[lo] *= table[lo];
        return table[lo];
    }
    int mid = (lo + hi) / 2;
    double a = fold_global(lo, mid), b = fold_global(mid, hi);
    table[lo] = a * b + level;
    return a * b + table[mid];
}
AD_VJP(x, table)
double recursive_global(double x)
{
    level = x;
    return fold_global(0, 6) * table[0];
}

AD_VJP(x, parts -> parts)
double struct_globals(double x)
{
    Ref r[3];
    double s = 0;
    for (int i = 0; i < 3; i++) {
        r[i].p = &parts[(i + 1) % 3];
        r[i].w = 0.5 * x;
    }
    for (int i = 0; i < 3; i++) {
        s += r[i].p->m * r[i].p->c[1] * r[i].w;
        r[(i + 1) % 3].p->c[i % 2] = s * x;
    }
    return s;
}

AD_VJP(x -> y)
void matrix(AD_LEN(3) double x[][2], double y[3][2])
{
    View v[3];
    for (int i = 0; i < 3; i++) {
        v[i].p = x[2 - i];
        v[i].n = 2;
    }
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < v[i].n; k++) {
            v[i].p[k] *= v[(i + 1) % 3].p[1 - k];
            y[i][k] = v[i].p[k] * v[i].p[k];
        }
}
