/* types.h: what generated programs and the driver share. */
#ifndef PROP_TYPES_H
#define PROP_TYPES_H

enum { LEN = 12, KERNEL_LEN = 20 }; /* elements behind every pointer that a program is passed */

struct Q {
    double w;
    int k; /* 0..2 */
    double g[3];
};

struct Vec { /* by value */
    double e[3];
    int k;
};

struct Pair {
    double x, y;
};

union View {
    struct {
        double x, y, z;
    } at;
    double v[3];
};

struct Tagged {
    int tag;
    union {
        double number;
        long long count;
    } u;
};

struct Cursor {
    double *at;
    int left;
};

struct Node {
    double v;
    struct Node *next;
};

struct P {
    double u;
    double v[LEN];
    struct Q q;
};

#endif
