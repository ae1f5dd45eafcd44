#include "circle_unit.h"
#include "circle_plain.h"
#ifndef CIRCLE_GROUP_H
#define CIRCLE_GROUP_H

#include <stdint.h>

struct unit;
#define KINDS(X) X(LINEAR) X(SQUARE)
#define KIND(name) KIND_##name,
struct group {
    int n;
    double weights[3];
    enum { KINDS(KIND) } kind;
};
typedef struct group group;

#endif
