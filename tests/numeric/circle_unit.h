/* Headers that include each other, and one without guards. */
#ifndef CIRCLE_UNIT_H
#define CIRCLE_UNIT_H

#include "circle_group.h"

struct unit {
    double gain;
    struct group *of;
};

#endif
