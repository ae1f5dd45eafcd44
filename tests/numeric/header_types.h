/* A header that defines no symbol: derivatives include it. */
#ifndef HEADER_TYPES_H
#define HEADER_TYPES_H

struct knots {
    double at[2];
};

#endif
