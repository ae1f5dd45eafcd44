#ifndef CIRCLE_ALL_H
#define CIRCLE_ALL_H

#include "circle_unit.h"

struct all {
    struct unit units[2];
};

#endif
